"""The id of the request that is being answered, for whoever logs about it."""

from __future__ import annotations

from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("pilah_request_id", default="")


def current_request_id() -> str:
    """The id of the request that this code runs for; blank outside of any."""
    return _current.get()
