"""Logging: one event with fields a line, without any text that a person typed.

A request is logged by the template of the route, an exception by class and lines of code, because a message may repeat a
value. Complaints, titles, names, references and addresses are therefore never logged.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import DBAPIError

from data.errors import PilahError
from service.observability.request_ids import current_request_id

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

    from structlog.typing import EventDict, Processor, WrappedLogger

    from service.settings import Settings

# The innermost frames show the fault; the outermost are the same for every request.
_MOST_FRAMES = 40
_LONGEST_CHAIN = 5
# The exception that the request's line has logged; uvicorn would log it again.
ALREADY_LOGGED: ContextVar[BaseException | None] = ContextVar("already_logged", default=None)
_BEGINNING_OF_TRACE = "Traceback (most recent call last)"


def configure_logs(settings: Settings) -> None:
    """Log to stderr: the events of Pilah and its libraries, and uncaught exceptions."""
    readable = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if readable else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_PROCESSORS,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if readable else [_in_order]),
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    logging.getLogger("uvicorn.error").addFilter(_not_logged_yet)
    warnings.showwarning = _log_warning
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda caught: _log_uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)
    sys.unraisablehook = lambda caught: _log_uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)


def described(error: BaseException) -> dict[str, Any]:
    """An exception without the message: the classes of the chain, and the lines of code, innermost first.

    >>> try:
    ...     int("seseorang di jalan mawar")
    ... except ValueError as error:
    ...     described(error)["exception"]
    ['ValueError']
    """
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return {"exception": [_class_and_code(link) for link in _chain(error)], "at": places[:_MOST_FRAMES]}


def _chain(error: BaseException) -> list[BaseException]:
    """An exception and its causes, outermost first."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain and len(chain) < _LONGEST_CHAIN:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return chain


def _class_and_code(error: BaseException) -> str:
    """The class of an exception, with the error code of the system or database, which holds no values."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
        return f"{name}: {type(error.orig).__name__} {code or ''}".rstrip()
    return name


def _with_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if request_id := current_request_id():
        event["request_id"] = request_id
    return event


def _without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its description, and cut off a traceback that a library has formatted."""
    caught = event.pop("exc_info", None)
    if caught:
        error = (
            caught
            if isinstance(caught, BaseException)
            else (caught if isinstance(caught, tuple) else sys.exc_info())[1]
        )
        if error is not None:
            event.update(described(error))
    message = str(event.get("event", ""))
    if _BEGINNING_OF_TRACE in message:
        before, _, trace = message.partition(_BEGINNING_OF_TRACE)
        event["event"] = before.strip() or "an exception"
        last = trace.strip().rpartition("\n")[2]
        event.setdefault("exception", [last.partition(":")[0]])
    return event


def _in_order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the fields of every line first."""
    first = {name: event.pop(name) for name in ("time", "level", "event") if name in event}
    return first | dict(event)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    if isinstance(error, PilahError):
        # The messages of Pilah's errors hold no complaint's text.
        logging.getLogger("pilah").error("%s", error)
        return
    logging.getLogger("pilah").critical("not caught", exc_info=(kind, error or kind(), trace))


def _log_warning(
    message: Warning | str,  # noqa: ARG001 - the messages of pydantic repeat the value
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - warnings go to the log
    line: str | None = None,  # noqa: ARG001 - file and line suffice
) -> None:
    """Log a warning by class and place."""
    logging.getLogger("pilah").warning("%s at %s:%d", category.__name__, filename, lineno)


def _not_logged_yet(record: logging.LogRecord) -> bool:
    return not record.exc_info or record.exc_info[1] is not ALREADY_LOGGED.get()


_PROCESSORS: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    _with_request_id,
    _without_values,
]
# uvicorn's access log repeats addresses with typed text; Alembic logs every start twice.
_LEVELS = {"uvicorn.access": logging.CRITICAL, "alembic": logging.WARNING}

# By default structlog prints to stdout, where a command's answer goes.
structlog.configure(
    processors=[*_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
