"""The service, wired: everything it is made of is named on this page, and nothing happens at import."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from model.errors import ArtifactError
from model.versions.office_home import Office
from service.api import decisions, health, metrics, office, predictions
from service.api.authentication import CallsOfTheMinute, KnownCallers
from service.handlers import HANDLERS, on_pilah_error
from service.jobs.deadlines import read_deadlines
from service.jobs.intake import Intake, recount_deadlines
from service.jobs.training_runs import TrainingRuns
from service.jobs.uploads import Uploads
from service.ledger.database import Database, open_ledger
from service.live_model.champion import Champion
from service.live_model.change_log import ModelChanges
from service.middleware.application import Application
from service.middleware.body_limits import LimitedBody
from service.middleware.concurrency import Lane, Turns
from service.middleware.security import KnownHosts, ZippedAnswers
from service.observability.office_metrics import OfficeMetrics
from service.observability.process_metrics import RequestMetrics
from service.observability.request_log import RequestLog, WatchedRequests
from service.pages import (
    cases,
    complaint,
    dashboard,
    export,
    forbid_unit,
    model,
    new_complaints,
    people,
    queue,
    sign_in,
    training,
    versions,
)
from service.pages.frame import static_files
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

logger = logging.getLogger(__name__)

_DESCRIPTION = (
    "Suggests which unit is responsible for a public complaint in Indonesian, and which category it is. It never "
    "decides. Every error is a problem details object (RFC 9457). A body may come with Content-Encoding: gzip. 429 and 503 "
    "say with Retry-After when to send the same again."
)
_PAGES = (
    sign_in,
    queue,
    complaint,
    new_complaints,
    cases,
    dashboard,
    export,
    model,
    training,
    versions,
    forbid_unit,
    people,
)
# A form's bytes are percent-encoded: up to three for one.
_FORM_GROWTH = 3
_STREAM = "/v1/predictions/stream"
# Each may go on for minutes, and single complaints must not wait for it.
_STREAMS_AT_ONCE = 2


def create_app(settings: Settings | None = None) -> Application:
    """The service for one office; without settings, those of the environment.

    Raises:
        PilahError: a setting can't be used.
    """
    settings = settings or read_settings()
    place = Office(settings.home, settings.office)
    ledger = Database(open_ledger(settings.ledger_url), settings.office)
    changes = ModelChanges(ledger, settings.office)
    champion = Champion(place, settings.signing_key.get_secret_value(), changes.record)

    # FastAPI's documentation pages load scripts from a CDN, and Pilah never uses the network.
    app = Application(
        title="Pilah",
        version=version("pilah"),
        description=_DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=dict(HANDLERS),  # type: ignore[arg-type]  # Starlette types handlers as async only
    )
    app.state.settings = settings
    app.state.champion = champion
    app.state.database = ledger
    app.state.model_changes = changes
    app.state.callers = KnownCallers()
    app.state.calls = CallsOfTheMinute(settings.requests_per_minute)
    app.state.intake = Intake(settings, read_deadlines(place.own_folder))
    app.state.uploads = Uploads(ledger, champion, app.state.intake)
    app.state.training_runs = TrainingRuns(ledger, settings)
    app.state.office_metrics = OfficeMetrics(settings, ledger, champion)
    for routes in (predictions, decisions, office, health, metrics, *_PAGES):
        app.include_router(routes.router)
    app.include_router(predictions.streaming)
    app.mount("/static", static_files.files(), name="static")

    # The last one added is the first one met.
    app.add_middleware(
        Turns, lane_for=_lanes(settings), patience_seconds=settings.request_timeout, answer=on_pilah_error
    )
    app.add_middleware(ZippedAnswers)
    app.add_middleware(
        LimitedBody,
        limit_for=_body_limits(settings),
        patience_seconds=settings.request_timeout,
        answer=on_pilah_error,
    )
    app.add_middleware(KnownHosts, known=settings.known_hosts, answer=on_pilah_error)
    app.add_middleware(WatchedRequests, listeners=(RequestLog(lambda: champion.version), RequestMetrics()))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Loads the champion before the first request waits for it; without one the service starts all the same."""
    try:
        app.state.champion.current()
    except ArtifactError as error:
        logger.warning("No suggestions yet: %s", error)
    with app.state.database.session() as session:
        recount_deadlines(session, app.state.settings, app.state.intake.deadlines)
    app.state.uploads.resume()
    app.state.training_runs.resume()
    yield
    app.state.training_runs.close()
    app.state.uploads.close()
    app.state.model_changes.close()
    app.state.database.engine.dispose()


def _body_limits(settings: Settings) -> Callable[[str], int | None]:
    limits = {
        "/v1/predictions/batch": settings.max_batch_bytes,
        _STREAM: None,  # read by its route, once its caller is known
        "/baru": settings.max_body_bytes * _FORM_GROWTH,
        "/unggah": settings.max_upload_bytes,
    }
    # What is handed over to learn from: the exports, and the workbook of a check.
    files = (f"{training.router.prefix}/{part}" for part in ("mulai", "perbaikan"))
    limits |= dict.fromkeys(files, settings.max_upload_bytes)
    return lambda path: limits.get(path, settings.max_body_bytes)


def _lanes(settings: Settings) -> Callable[[str], Lane | None]:
    """The API's lanes. An officer's page has none: it never waits behind an intake system that sends too much."""
    calls, streams = Lane(settings.max_concurrent_requests), Lane(_STREAMS_AT_ONCE)
    return lambda path: streams if path == _STREAM else calls if path.startswith("/v1/") else None
