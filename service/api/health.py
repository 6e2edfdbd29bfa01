"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter

from service.dependencies import CurrentModel, CurrentSettings
from service.errors import documented
from service.schemas import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> Health:
    """Whether the process answers at all."""
    return Health()


@router.get("/readyz", responses=documented(503))
def ready(loaded: CurrentModel, settings: CurrentSettings) -> Readiness:
    """Whether a model is loaded and its files are the ones that were sealed."""
    return Readiness(office=settings.office, model=loaded.router.version)
