"""The routes of health (is the process up?) and readiness (are model and ledger usable?)."""

from fastapi import APIRouter
from sqlalchemy import select

from model.versions.office_home import Office
from service.contract.office_schemas import Health, Readiness
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction
from service.errors import OfficeFileBroken, UnitsDisagree
from service.jobs.deadlines import calendar_problem
from service.problems import documented

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=documented(400))
def alive() -> Health:
    """Answer while the process runs."""
    return Health()


@router.get("/readyz", responses=documented(400, 503))
def ready(loaded: CurrentModel, settings: CurrentSettings, transaction: CurrentTransaction) -> Readiness:
    """Check that a verified model is loaded, that its units match units.csv, and that the ledger answers.

    Raises:
        OfficeFileBroken: units.csv, categories.csv, rules.csv, holidays.csv or office.toml can't be read, and its last readable state holds.
        UnitsDisagree: units.csv or categories.csv lacks a label of the model, or has it under a different id.
    """
    if broken := loaded.problem or calendar_problem(Office(settings.home, settings.office).own_folder):
        raise OfficeFileBroken(broken)
    if loaded.disagreements:
        raise UnitsDisagree(loaded.disagreements)
    transaction.session.execute(select(1))
    return Readiness(office=settings.office, model=loaded.router.version)
