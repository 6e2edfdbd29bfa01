"""Complaints that came at the same moment, suggested for together: sixteen at once take two thirds of the time of each alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion

# More would gain little, and whoever came first would wait for all of them.
_AT_ONCE = 16


class _Asked(NamedTuple):
    """What the complaints of one call of the router have in common."""

    router: Router
    evidence: bool
    today: date


@dataclass(frozen=True, slots=True)
class _Waiting:
    complaint: Complaint
    answer: asyncio.Future[Suggestion]


class Together:
    """Gathers what the requests of one turn of the event loop ask; nobody waits for a request that hasn't come yet."""

    def __init__(self) -> None:
        self._waiting: dict[_Asked, list[_Waiting]] = {}

    async def suggest(self, router: Router, complaint: Complaint, *, evidence: bool, today: date) -> Suggestion:
        """The suggestion for one complaint, on the event loop."""
        waiting = _Waiting(complaint, asyncio.get_running_loop().create_future())
        asked = _Asked(router, evidence, today)
        self._waiting.setdefault(asked, []).append(waiting)
        if len(self._waiting[asked]) == 1:
            self._answer_soon(asked)
        return await waiting.answer

    def _answer_soon(self, asked: _Asked) -> None:
        # Behind every request that this turn of the loop has read already.
        asyncio.get_running_loop().call_soon(self._answer, asked)

    def _answer(self, asked: _Asked) -> None:
        # A caller that went away has cancelled its request.
        gathered = [waiting for waiting in self._waiting.pop(asked) if not waiting.answer.done()]
        gathered, later = gathered[:_AT_ONCE], gathered[_AT_ONCE:]
        if later:
            self._waiting[asked] = later
            self._answer_soon(asked)
        try:
            _tell(asked, gathered)
        except Exception:  # noqa: BLE001 - whatever it is, it may be one complaint's fault, and the others get theirs
            for waiting in gathered:
                _tell_one(asked, waiting)


def _tell(asked: _Asked, gathered: Sequence[_Waiting]) -> None:
    complaints = [waiting.complaint for waiting in gathered]
    suggestions = asked.router.suggest_many(complaints, evidence=asked.evidence, today=asked.today)
    for waiting, suggestion in zip(gathered, suggestions, strict=True):
        waiting.answer.set_result(suggestion)


def _tell_one(asked: _Asked, waiting: _Waiting) -> None:
    try:
        _tell(asked, [waiting])
    except Exception as error:  # noqa: BLE001 - its own request answers it, as any other error
        waiting.answer.set_exception(error)
