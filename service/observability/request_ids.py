"""The id of a request: the X-Request-ID that the caller sent, if usable, or a new id."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from data.ids import time_ordered_id
from model.privacy.mask import mask

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"

_LONGEST = 64
_USABLE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{_LONGEST - 1}}}")
# The digits of a UUID may look like a telephone number by chance.
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_current: ContextVar[str] = ContextVar("pilah_request_id", default="")


def current_request_id() -> str:
    """The id of the present request; blank outside of a request."""
    return _current.get()


def usable(sent: str) -> bool:
    """Whether a caller's id may appear in answers and logs: short, plain, and without personal data.

    >>> usable("intake-7f3a"), usable("a b"), usable("3578012345678901"), usable("")
    (True, False, False, False)
    """
    return bool(_USABLE.fullmatch(sent)) and (bool(_UUID.fullmatch(sent)) or mask(sent).text == sent)


class RequestIds:
    """ASGI middleware that sets the id of a request, also in the answer's header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if usable(sent) else time_ordered_id()
        # The id is never reset: an exception is answered after the application has returned.
        _current.set(request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, send_with_id)
