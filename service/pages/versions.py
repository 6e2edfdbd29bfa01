"""Versi: what a version gets right beside the one that answers, its report, and which of them shall answer."""

import json
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from model.errors import ArtifactError
from model.versions.artifact import read_card
from model.versions.office_home import Office
from model.versions.promotions import champion_changes, previous_version
from service.dependencies import CurrentSettings
from service.errors import UnknownComplaint
from service.jobs.subprocesses import Ended, run_now
from service.ledger.accounts import SignedInUser
from service.ledger.audit import record_event
from service.middleware.security import SEALED_PAGE_POLICY
from service.pages.frame import indonesian, indonesian_training
from service.pages.frame.context import desk_page
from service.pages.frame.session import PlainForm, Retrainer, RetrainerAtEase, Supervisor
from service.pages.training import may_train
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(prefix="/model", include_in_schema=False, default_response_class=HTMLResponse)

REPORT = "report.html"
# Nothing is fitted for it: it reads what the trainings kept.
_COMMAND_SECONDS = 120
_SHORTEST_REASON = 10
_ROWS = (
    ("Saran pertama benar", "top_1"),
    ("Benar di antara tiga teratas", "top_3"),
    ("Rata-rata semua nama (macro-F1)", "macro_f1"),
    ("Disebut “Yakin”", "confident_share"),
    ("Dari yang “Yakin”, benar", "confident_right"),
)


class UnknownVersion(UnknownComplaint):
    """The office has no such version."""


@router.get("/versi/{version}")
def one_version(request: Request, version: str, user: Supervisor, settings: CurrentSettings) -> HTMLResponse:
    return _page(request, user, settings, "version.html", version)


@router.get("/versi/{version}/laporan")
def report(version: str, _: Supervisor, settings: CurrentSettings) -> Response:
    """The report as the training wrote it; the folder is one that the office lists, never one that was asked for."""
    office = _office(settings)
    path = office.versions_folder / _known(office, version) / REPORT
    if not path.is_file():
        raise UnknownVersion("This version has no report.")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": SEALED_PAGE_POLICY})


@router.get("/versi/{version}/pakai")
def ask_to_promote(request: Request, version: str, user: Retrainer, settings: CurrentSettings) -> HTMLResponse:
    return _page(request, user, settings, "promote.html", version)


@router.post("/versi/{version}/pakai")
def promote(
    request: Request, version: str, user: RetrainerAtEase, form: PlainForm, settings: CurrentSettings
) -> Response:
    """Let it answer; refused where it is worse beyond noise, unless somebody says why all the same."""
    version = _known(_office(settings), version)
    forced, reason = bool(form.get("paksa")), form.get("alasan")
    if forced and len(reason) < _SHORTEST_REASON:
        error = indonesian_training.Said(
            f"Tulis alasannya, paling sedikit {_SHORTEST_REASON} karakter: alasan itu disimpan.", ""
        )
        return _page(request, user, settings, "promote.html", version, error=error, status=422)
    how = ["--force"] if forced else []
    ended = _run(settings, "promote", version, "--json", f"--by={user.name}", f"--reason={reason}", *how)
    if ended is not None and ended.well:
        return _changed(request, settings, user, f"promoted {version}")
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
def roll_back(request: Request, user: RetrainerAtEase, form: PlainForm, settings: CurrentSettings) -> Response:
    """Let the version answer again that did before."""
    ended = _run(settings, "rollback", f"--by={user.name}", f"--reason={form.get('alasan')}")
    if ended is None or not ended.well:
        return _roll_back_page(request, user, settings, _error_of(ended, None), 409)
    return _changed(request, settings, user, f"rolled back to {_office(settings).champion()}")


def versions_of(office: Office) -> list[dict[str, Any]]:
    """Every version with its figures, the newest first; one whose card can't be read has none."""
    return [{"version": version, "card": _card(office, version)} for version in reversed(office.versions())]


def _page(
    request: Request,
    user: SignedInUser,
    settings: Settings,
    template: str,
    version: str,
    *,
    error: indonesian_training.Said | None = None,
    refused: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    office = _office(settings)
    version = _known(office, version)
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
        trained=_day_of(card),
        rows=_figures(card, comparison),
        comparison=comparison,
        reports=[name for name in dict.fromkeys((version, champion)) if name and _has_report(office, name)],
        may_train=may_train(user, settings),
        error=error,
        refused=refused,
        shortest_reason=_SHORTEST_REASON,
        indonesian=indonesian,
        indonesian_training=indonesian_training,
    )


def _roll_back_page(
    request: Request,
    user: SignedInUser,
    settings: Settings,
    error: indonesian_training.Said | None = None,
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
        trained=_day_of(_card(office, before)) if before else "",
        log=list(reversed(champion_changes(office))),
        error=error,
        indonesian=indonesian,
    )


def _changed(request: Request, settings: Settings, user: SignedInUser, what: str) -> RedirectResponse:
    database: Database = request.app.state.database
    with database.session() as session:
        record_event(session, settings.office, user.name, "model", what)
    return RedirectResponse("/model", 303)


def _run(settings: Settings, *arguments: str) -> Ended | None:
    """How the command ended; None where it didn't."""
    command, *rest = arguments
    try:
        return run_now([command, *rest, "--office", settings.office], settings, _COMMAND_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _refusal(ended: Ended | None) -> Mapping[str, Any] | None:
    """What speaks against a version that could be forced; None where something else is in the way."""
    try:
        found = json.loads(ended.said) if ended else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.get("promoted") is False else None


def _error_of(ended: Ended | None, refused: Mapping[str, Any] | None) -> indonesian_training.Said:
    if refused is not None:
        worse = refused.get("comparison") is not None
        sentence = (
            "Tidak diganti: versi ini lebih buruk daripada yang dipakai, dan lebih dari yang dapat dijelaskan oleh kebetulan."
            if worse
            else "Tidak diganti: versi ini belum dapat dibandingkan dengan yang dipakai."
        )
        return indonesian_training.Said(sentence, refused.get("why_not") or "")
    if ended is None:
        return indonesian_training.Said("Tidak diganti: perintahnya tidak selesai. Coba lagi.", "")
    return indonesian_training.Said("Tidak diganti.", ended.error.strip().removeprefix("error: ")[:2_000])


def _comparison(
    card: Mapping[str, Any] | None, champion: str | None, refused: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The comparison with the version that answers now: the newest one, else that of the training; None where there is none."""
    trained = (card or {}).get("comparison")
    own = trained if trained and trained["champion"] == champion else None
    if refused and refused.get("comparison"):
        return {**(own or {}), **refused["comparison"]}
    return own


def _figures(card: Mapping[str, Any] | None, comparison: Mapping[str, Any] | None) -> list[tuple[str, list[Any]]]:
    """Rows of a table: unit and category of this version, then of the one that answers, where both saw the same rows."""
    evaluations = [card["evaluation"]] if card else []
    if comparison and comparison.get("champion_evaluation"):
        evaluations.append(comparison["champion_evaluation"])
    return [
        (name, [(evaluation[part] or {}).get(key) for evaluation in evaluations for part in ("unit", "category")])
        for name, key in _ROWS
    ]


def _office(settings: Settings) -> Office:
    return Office(settings.home, settings.office)


def _known(office: Office, version: str) -> str:
    """The version as the office lists it.

    Raises:
        UnknownVersion: it doesn't.
    """
    found = next((known for known in office.versions() if known == version), None)
    if found is None:
        raise UnknownVersion("The office has no such version.")
    return found


def _card(office: Office, version: str) -> dict[str, Any] | None:
    try:
        return read_card(office.versions_folder / version)
    except ArtifactError:
        return None


def _has_report(office: Office, version: str) -> bool:
    return (office.versions_folder / version / REPORT).is_file()


def _day_of(card: Mapping[str, Any] | None) -> str:
    return indonesian.day_of(card["trained_at"]) if card else ""
