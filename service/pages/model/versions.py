"""Version pages (Versi): the figures and report of a version, promotion and rollback."""

import json
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from model.errors import ArtifactError
from model.versions.artifact import read_card
from model.versions.office_home import Office
from model.versions.promotions import previous_version
from service.dependencies import CurrentSettings
from service.errors import UnknownComplaint
from service.jobs.subprocesses import CommandResult, run_command
from service.ledger.access.accounts import SignedInUser
from service.ledger.access.audit import record_event
from service.middleware.security import REPORT_CONTENT_POLICY
from service.pages.frame import indonesian_training
from service.pages.frame.context import desk_page
from service.pages.frame.session import PlainForm, Retrainer, RetrainerWithoutTransaction, Supervisor, may_train
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(prefix="/model", include_in_schema=False, default_response_class=HTMLResponse)

REPORT = "report.html"
# Promotion and rollback read the files of earlier trainings and fit nothing.
_COMMAND_SECONDS = 120
_SHORTEST_REASON = 10
_ROWS = (
    ("Saran pertama benar", "top_1"),
    ("Benar di antara tiga teratas", "top_3"),
    ("Rata-rata semua nama, besar dan kecil", "macro_f1"),
    ("Disebut “Yakin”", "confident_share"),
    ("Dari yang “Yakin”, benar", "confident_right"),
)


class UnknownVersion(UnknownComplaint):
    """The office has no such version."""


@router.get("/versi/{version}")
def version_page(request: Request, version: str, user: Supervisor, settings: CurrentSettings) -> HTMLResponse:
    return _page(request, user, settings, "version.html", version)


@router.get("/versi/{version}/laporan")
def report(version: str, _: Supervisor, settings: CurrentSettings) -> Response:
    """The report of a version. Its folder comes from the office's list, never from the request."""
    office = _office(settings)
    path = office.versions_folder / _listed(office, version) / REPORT
    if not path.is_file():
        raise UnknownVersion("pages.no-report")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_CONTENT_POLICY})


@router.get("/versi/{version}/pakai")
def ask_to_promote(request: Request, version: str, user: Retrainer, settings: CurrentSettings) -> HTMLResponse:
    return _page(request, user, settings, "promote.html", version)


@router.post("/versi/{version}/pakai")
def promote(
    request: Request, version: str, user: RetrainerWithoutTransaction, form: PlainForm, settings: CurrentSettings
) -> Response:
    """Put a version into use. A version significantly worse than the current version needs a reason."""
    version = _listed(_office(settings), version)
    forced, reason = bool(form.get("paksa")), form.get("alasan")
    if forced and len(reason) < _SHORTEST_REASON:
        error = indonesian_training.ErrorText(
            f"Tulis alasannya, paling sedikit {_SHORTEST_REASON} karakter: alasan itu disimpan."
        )
        return _page(request, user, settings, "promote.html", version, error=error, status=422)
    how = ["--force"] if forced else []
    ended = _run(settings, "promote", version, "--json", f"--by={user.name}", f"--reason={reason}", *how)
    if ended is not None and ended.succeeded:
        return _note_change(request, settings, user, f"promoted {version}")
    refused = _refusal(ended)
    return _page(
        request,
        user,
        settings,
        "promote.html",
        version,
        error=_error_of(ended, refused),
        refused=refused,
        status=409,
    )


@router.get("/kembali")
def ask_to_roll_back(request: Request, user: Retrainer, settings: CurrentSettings) -> HTMLResponse:
    return _roll_back_page(request, user, settings)


@router.post("/kembali")
def roll_back(
    request: Request, user: RetrainerWithoutTransaction, form: PlainForm, settings: CurrentSettings
) -> Response:
    """Put the previous version into use again."""
    ended = _run(settings, "rollback", f"--by={user.name}", f"--reason={form.get('alasan')}")
    if ended is None or not ended.succeeded:
        return _roll_back_page(request, user, settings, _error_of(ended, None), 409)
    return _note_change(request, settings, user, f"rolled back to {_office(settings).champion()}")


def versions_of(office: Office) -> list[dict[str, Any]]:
    """All versions with their cards, newest first; an unreadable card is None."""
    return [{"version": version, "card": _card(office, version)} for version in reversed(office.versions())]


def _page(
    request: Request,
    user: SignedInUser,
    settings: Settings,
    template: str,
    version: str,
    *,
    error: indonesian_training.ErrorText | None = None,
    refused: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    office = _office(settings)
    version = _listed(office, version)
    champion = office.champion()
    card = _card(office, version)
    comparison = _comparison(card, champion, refused)
    return desk_page(
        request,
        user,
        template,
        "model",
        status,
        version=version,
        champion=champion,
        card=card,
        rows=_figures(card, comparison),
        comparison=comparison,
        reports=[name for name in dict.fromkeys((version, champion)) if name and _has_report(office, name)],
        may_train=may_train(user, settings),
        error=error,
        refused=refused,
        shortest_reason=_SHORTEST_REASON,
    )


def _roll_back_page(
    request: Request,
    user: SignedInUser,
    settings: Settings,
    error: indonesian_training.ErrorText | None = None,
    status: int = 200,
) -> HTMLResponse:
    office = _office(settings)
    before = previous_version(office)
    return desk_page(
        request,
        user,
        "rollback.html",
        "model",
        status,
        champion=office.champion(),
        before=before,
        card=_card(office, before) if before else None,
        error=error,
    )


def _note_change(request: Request, settings: Settings, user: SignedInUser, change: str) -> RedirectResponse:
    database: Database = request.app.state.database
    with database.session() as session:
        record_event(session, settings.office, user.name, "model", change)
    return RedirectResponse("/model", 303)


def _run(settings: Settings, *arguments: str) -> CommandResult | None:
    """The result of a command; None after a timeout or a failed start."""
    command, *rest = arguments
    try:
        return run_command([command, *rest, "--office", settings.office], settings, _COMMAND_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _refusal(ended: CommandResult | None) -> Mapping[str, Any] | None:
    """The verdict of a refused promotion; None for a different failure of the command."""
    try:
        outcome = json.loads(ended.output) if ended else None
    except ValueError:
        return None
    return outcome if isinstance(outcome, dict) and outcome.get("promoted") is False else None


def _error_of(ended: CommandResult | None, refused: Mapping[str, Any] | None) -> indonesian_training.ErrorText:
    if refused is not None:
        worse = refused.get("comparison") is not None
        sentence = (
            "Tidak diganti: versi ini lebih buruk daripada yang dipakai, dan lebih dari yang dapat dijelaskan oleh kebetulan."
            if worse
            else "Tidak diganti: versi ini belum dapat dibandingkan dengan yang dipakai."
        )
        return indonesian_training.ErrorText(sentence, refused.get("why_not_indonesian", ""))
    if ended is None:
        return indonesian_training.ErrorText("Tidak diganti: perintahnya tidak selesai. Coba lagi.")
    return indonesian_training.ErrorText("Tidak diganti.", ended.error.strip().removeprefix("galat: ")[:2_000])


def _comparison(
    card: Mapping[str, Any] | None, champion: str | None, refused: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The comparison with the version in use: from the refused promotion, otherwise from the training, otherwise None."""
    at_training = (card or {}).get("comparison")
    own = at_training if at_training and at_training["champion"] == champion else None
    if refused and refused.get("comparison"):
        return {**(own or {}), **refused["comparison"]}
    return own


def _figures(card: Mapping[str, Any] | None, comparison: Mapping[str, Any] | None) -> list[tuple[str, list[Any]]]:
    """Table rows: unit and category figures of this version, then of the version in use if measured on the same rows."""
    evaluations = [card["evaluation"]] if card else []
    if comparison and comparison.get("champion_evaluation"):
        evaluations.append(comparison["champion_evaluation"])
    return [
        (name, [(evaluation[part] or {}).get(key) for evaluation in evaluations for part in ("unit", "category")])
        for name, key in _ROWS
    ]


def _office(settings: Settings) -> Office:
    return Office(settings.home, settings.office)


def _listed(office: Office, version: str) -> str:
    """The version from the office's list.

    Raises:
        UnknownVersion: the office has no such version.
    """
    listed = next((known for known in office.versions() if known == version), None)
    if listed is None:
        raise UnknownVersion("pages.unknown-version")
    return listed


def _card(office: Office, version: str) -> dict[str, Any] | None:
    try:
        return read_card(office.versions_folder / version)
    except ArtifactError:
        return None


def _has_report(office: Office, version: str) -> bool:
    return (office.versions_folder / version / REPORT).is_file()
