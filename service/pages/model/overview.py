"""Model page: the version in use, its figures and weak units, the other versions and the change log."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from model.errors import ArtifactError
from model.versions.office_home import Office
from model.versions.promotions import champion_changes, previous_version
from service.dependencies import CurrentSettings, CurrentTransaction
from service.jobs.deadlines import calendar_problem
from service.ledger.access.accounts import Role
from service.ledger.database import as_utc
from service.live_model.champion import Champion, Loaded
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page
from service.pages.frame.session import SignedIn, may_train
from service.pages.model.learning_view import learning_view
from service.pages.model.versions import versions_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_FEWEST_ROWS = 5
_WEAK_BELOW = 0.5
_MOST_WEAK_UNITS = 12
_MOST_CHANGES = 10


@router.get("/model")
def model_page(
    request: Request, user: SignedIn, settings: CurrentSettings, transaction: CurrentTransaction
) -> HTMLResponse:
    champion: Champion = request.app.state.champion
    office = Office(settings.home, settings.office)
    reads_more = user.may(Role.SUPERVISOR)
    try:
        in_use = _in_use(champion.current())
    except ArtifactError as error:
        if not reads_more:
            raise
        in_use = {
            "version": office.champion() or "",
            "problem": indonesian.sentence(error),
            "broken_file": "",
            "has_versions": bool(office.versions()),
        }
    broken_calendar = calendar_problem(office.own_folder)
    return desk_page(
        request,
        user,
        "model.html",
        "model",
        **in_use,
        # A promoted version loads while the previous version still answers.
        coming=office.champion() if not in_use["problem"] and office.champion() != in_use["version"] else None,
        versions=versions_of(office) if reads_more else [],
        changes=list(reversed(champion_changes(office)))[:_MOST_CHANGES] if reads_more else [],
        before=previous_version(office) if reads_more else None,
        learning=learning_view(transaction.session, request.app.state.learning, settings, office)
        if reads_more
        else None,
        reads_more=reads_more,
        broken_calendar=indonesian.sentence(broken_calendar) if broken_calendar else "",
        may_train=may_train(user, settings),
        read_at=lambda moment: indonesian.at_office(as_utc(moment), settings.zone),
        when=lambda moment: indonesian.at_office(as_utc(datetime.fromisoformat(moment)), settings.zone),
    )


def _in_use(loaded: Loaded) -> dict[str, Any]:
    card = loaded.card
    evaluation = card["evaluation"]
    return {
        "version": loaded.router.version,
        "problem": "",
        "broken_file": indonesian.sentence(loaded.problem) if loaded.problem else "",
        "files_read_at": loaded.office_files_read_at,
        "card": card,
        "parts": [
            (name, evaluation[key]) for name, key in (("Unit", "unit"), ("Kategori", "category")) if evaluation[key]
        ],
        "weak": _weak_units(evaluation.get("per_unit") or []),
        "promise": loaded.router.thresholds["unit"]["promise"] or 0.0,
    }


def _weak_units(per_unit: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The units with low recall on the held-out slice, most rows first."""
    weak = [unit for unit in per_unit if unit["rows"] >= _FEWEST_ROWS and unit["recall"] < _WEAK_BELOW]
    return sorted(weak, key=lambda unit: -unit["rows"])[:_MOST_WEAK_UNITS]
