"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter
from sqlalchemy import select

from service.contract.office_schemas import Health, Readiness
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction
from service.errors import UnitsDisagree
from service.problems import documented

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=documented(400))
def alive() -> Health:
    """Whether the process answers at all."""
    return Health()


@router.get("/readyz", responses=documented(400, 503))
def ready(loaded: CurrentModel, settings: CurrentSettings, transaction: CurrentTransaction) -> Readiness:
    """Whether a model is loaded, its files are those that were sealed, its units are the office's, and the ledger answers.

    Raises:
        UnitsDisagree: units.csv lacks a unit that the model suggests, or has it under another id.
    """
    if loaded.disagreements:
        raise UnitsDisagree(" ".join(map(str, loaded.disagreements)))
    transaction.session.execute(select(1))
    return Readiness(office=settings.office, model=loaded.router.version)
