"""The application: routes, state, middleware and limits, wired in one place."""

from __future__ import annotations

import logging
import operator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from model.errors import ArtifactError
from model.versions.office_home import Office
from service.api import decisions, health, metrics, office, predictions
from service.api.authentication import CallerCache
from service.api.rate_limit import RateLimit
from service.handlers import HANDLERS, on_pilah_error
from service.jobs.deadlines import read_deadlines
from service.jobs.intake import Intake, recount_deadlines
from service.jobs.office_name import read_office_name
from service.jobs.renewals import Renewals
from service.jobs.sign_ins import SignIns
from service.jobs.training.runs import TrainingRuns
from service.jobs.training.weekly import WeeklyLearning
from service.jobs.uploads import Uploads
from service.ledger.database import Database, open_ledger
from service.live_model.champion import Champion
from service.live_model.change_log import ModelChanges
from service.middleware.body_limits import BodyLimitMiddleware
from service.middleware.concurrency import ConcurrencyLimit, ConcurrencyMiddleware
from service.middleware.security import AllowedHostsMiddleware, CompressionMiddleware, SecurityHeadersMiddleware
from service.observability.office_metrics import OfficeMetrics
from service.observability.process_metrics import RequestMetrics
from service.observability.request_ids import HEADER as REQUEST_ID_HEADER
from service.observability.request_ids import RequestIds
from service.observability.request_log import ObservedRequests, RequestLog
from service.pages import cases, complaint, dashboard, export, forbid_unit, new_complaints, queue
from service.pages.access import first_administrator, people, sign_in
from service.pages.frame import static_files
from service.pages.model import descriptions, first_model, overview, training, versions
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp

logger = logging.getLogger(__name__)

_DESCRIPTION = (
    "Suggests which unit is responsible for a public complaint in Indonesian, and which category fits. Pilah never "
    "decides. Every error is a problem details object (RFC 9457). A body may come with Content-Encoding: gzip. 429 and 503 "
    "say with Retry-After when to send the same again."
)
# The version in the addresses, /v1: the schema has a version of its own, which only grows.
_API_VERSION = "1"
_PAGES = (
    sign_in,
    first_administrator,
    queue,
    complaint,
    new_complaints,
    cases,
    dashboard,
    export,
    first_model,
    overview,
    training,
    versions,
    descriptions,
    forbid_unit,
    people,
)
# Percent-encoding makes a form's text up to three times as long.
_FORM_GROWTH = 3
_STREAM = "/v1/predictions/stream"
# A stream may take minutes, so that streams don't share the slots of single complaints.
_CONCURRENT_STREAMS = 2
_REQUEST_ID_PARAMETER = {
    "name": REQUEST_ID_HEADER,
    "in": "header",
    "required": False,
    "description": "Your own id of this request: up to 64 letters, digits, dots, colons, - and _. Without an id Pilah makes one.",
    "schema": {"type": "string"},
}
_REQUEST_ID_HEADER = {
    "description": "The request's id, sent by you or made by Pilah; Pilah's log names the request by this id.",
    "schema": {"type": "string"},
}


class Application(FastAPI):
    """FastAPI with request ids and security headers on every answer, also on the answer to a bug."""

    def build_middleware_stack(self) -> ASGIApp:
        # Middleware added by `add_middleware` runs inside Starlette's answer to a bug; these two run outside.
        return RequestIds(SecurityHeadersMiddleware(super().build_middleware_stack()))

    def openapi(self) -> dict[str, Any]:
        """Build the OpenAPI schema once, with the request id on every operation and answer."""
        if self.openapi_schema is None:
            _add_request_ids(super().openapi())
        return super().openapi()


def create_app(settings: Settings | None = None) -> Application:
    """Build the service of one office; without settings, from the environment.

    Raises:
        PilahError: a setting is invalid.
    """
    settings = settings or read_settings()
    app = Application(
        title="Pilah",
        version=_API_VERSION,
        description=_DESCRIPTION,
        lifespan=_lifespan,
        # FastAPI's documentation pages load scripts from a CDN, and Pilah never uses the network.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Generated clients name their methods by it.
        generate_unique_id_function=operator.attrgetter("name"),
        exception_handlers=dict(HANDLERS),  # type: ignore[arg-type]  # Starlette types handlers as async only
    )
    _add_state(app, settings)
    for routes in (predictions, decisions, office, health, metrics, *_PAGES):
        app.include_router(routes.router)
    app.include_router(predictions.stream_router)
    app.mount("/static", static_files.files(), name="static")
    _add_middleware(app, settings)
    return app


def _add_state(app: FastAPI, settings: Settings) -> None:
    """Build the application's long-lived objects; service/dependencies.py hands them to routes."""
    office_home = Office(settings.home, settings.office)
    database = Database(open_ledger(settings.ledger_url), settings.office)
    model_changes = ModelChanges(database, settings.office)
    champion = Champion(office_home, settings.signing_key.get_secret_value(), model_changes.record)
    intake = Intake(settings, read_deadlines(office_home.own_folder), database)

    app.state.settings = settings
    app.state.database = database
    app.state.model_changes = model_changes
    app.state.champion = champion
    app.state.caller_cache = CallerCache()
    app.state.rate_limit = RateLimit(settings.requests_per_minute)
    app.state.sign_ins = SignIns(database)
    app.state.intake = intake
    app.state.office_name = read_office_name(office_home.own_folder / "office.toml", settings.office)
    app.state.uploads = Uploads(database, champion, intake)
    app.state.renewals = Renewals(database, champion, intake)
    app.state.training_runs = TrainingRuns(database, settings)
    app.state.learning = WeeklyLearning(database, app.state.training_runs, settings, intake.deadlines.days)
    app.state.office_metrics = OfficeMetrics(settings, database, champion)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add the middleware from the inside out: a request meets the last one first."""
    timeout = settings.request_timeout
    app.add_middleware(
        ConcurrencyMiddleware, limit_for=_concurrency_limits(settings), timeout_seconds=timeout, on_error=on_pilah_error
    )
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(
        BodyLimitMiddleware, limit_for=_body_limits(settings), timeout_seconds=timeout, on_error=on_pilah_error
    )
    app.add_middleware(AllowedHostsMiddleware, allowed=settings.known_hosts, on_error=on_pilah_error)
    request_log = RequestLog(lambda: app.state.champion.version)
    app.add_middleware(ObservedRequests, observers=(request_log, RequestMetrics()))


def _concurrency_limits(settings: Settings) -> Callable[[str], ConcurrencyLimit | None]:
    """The limits of the API's paths. Pages have no limit, so that an officer never waits behind an intake system."""
    calls, streams = ConcurrencyLimit(settings.max_concurrent_requests), ConcurrencyLimit(_CONCURRENT_STREAMS)
    return lambda path: streams if path == _STREAM else calls if path.startswith("/v1/") else None


def _body_limits(settings: Settings) -> Callable[[str], int | None]:
    """The largest body of each path in bytes; None for the stream, where the key is checked before the body is read."""
    limits: dict[str, int | None] = {
        "/v1/predictions/batch": settings.max_batch_bytes,
        _STREAM: None,
        "/baru": settings.max_body_bytes * _FORM_GROWTH,
        # Signing in carries a form along that the end of a session interrupted.
        "/masuk": settings.max_body_bytes * _FORM_GROWTH,
        "/unggah": settings.max_upload_bytes,
        **dict.fromkeys(
            (f"{first_model.router.prefix}{path}" for path in ("", "/berkas", "/jalankan")),
            settings.max_body_bytes * _FORM_GROWTH,
        ),
        f"{training.router.prefix}/mulai": settings.max_upload_bytes,
        f"{training.router.prefix}/perbaikan": settings.max_upload_bytes,
    }
    return lambda path: limits.get(path, settings.max_body_bytes)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the champion before the first request; without a champion the service starts too."""
    state = app.state
    try:
        state.champion.current()
    except ArtifactError as error:
        logger.warning("No suggestions yet: %s", error)
    with state.database.session() as session:
        recount_deadlines(session, state.settings, state.intake.deadlines)
    state.uploads.resume()
    state.training_runs.resume()
    state.renewals.start()
    state.learning.start()
    yield
    state.learning.close()
    state.renewals.close()
    state.training_runs.close()
    state.uploads.close()
    state.model_changes.close()
    state.database.engine.dispose()


def _add_request_ids(schema: dict[str, Any]) -> None:
    components = schema["components"]
    components["parameters"] = {"RequestId": _REQUEST_ID_PARAMETER}
    components["headers"] = {"RequestId": _REQUEST_ID_HEADER}
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/RequestId"})
            for answer in operation["responses"].values():
                answer.setdefault("headers", {})[REQUEST_ID_HEADER] = {"$ref": "#/components/headers/RequestId"}
