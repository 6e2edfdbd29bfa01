"""The name of the request that is being answered: the caller's own where it can be used, else one made here."""

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
# Its digits may look like a telephone number by chance, and it names nobody.
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_current: ContextVar[str] = ContextVar("pilah_request_id", default="")


def current_request_id() -> str:
    """The id of the request that this code runs for; blank outside of any."""
    return _current.get()


def usable(sent: str) -> bool:
    """Whether an id that a caller sent may stand in answers and logs: short, plain, and nobody's personal data.

    >>> usable("intake-7f3a"), usable("a b"), usable("3578012345678901"), usable("")
    (True, False, False, False)
    """
    return bool(_USABLE.fullmatch(sent)) and (bool(_UUID.fullmatch(sent)) or mask(sent).text == sent)


class RequestIds:
    """Gives every request its id, and every answer the header that tells it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if usable(sent) else time_ordered_id()
        # Never reset: the answer to a bug is made after the application has let go of the request.
        _current.set(request_id)

        async def named_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, named_send)
