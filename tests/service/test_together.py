"""Complaints that came at the same moment get each their own suggestion."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from model.complaint import Complaint
from service.api.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence

_TODAY = date(2026, 11, 26)
_SPOILED = "spoiled"


class _Router:
    """Suggests a text's own words, and says how many it was asked about at once."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def suggest_many(self, complaints: Sequence[Complaint], *, evidence: bool, today: date) -> list[Any]:
        self.calls.append(len(complaints))
        if any(complaint.text == _SPOILED for complaint in complaints):
            raise ZeroDivisionError
        return [(self, complaint.text, evidence, today) for complaint in complaints]


def _all_at_once(asked: Sequence[tuple[_Router, str, bool]]) -> list[Any]:
    async def ask() -> list[Any]:
        together = Together()
        waiting = [
            together.suggest(router, Complaint(text), evidence=evidence, today=_TODAY)  # type: ignore[arg-type]  # it answers like one
            for router, text, evidence in asked
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(ask())


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(("a", "b", "c", _SPOILED)), st.booleans()), max_size=70))
def test_each_gets_its_own_and_a_spoiled_one_spoils_no_other(asked: list[tuple[int, str, bool]]) -> None:
    routers = (_Router(), _Router())
    answers = _all_at_once([(routers[at], text, evidence) for at, text, evidence in asked])
    for (at, text, evidence), answer in zip(asked, answers, strict=True):
        if text == _SPOILED:
            assert isinstance(answer, ZeroDivisionError)
        else:
            assert answer == (routers[at], text, evidence, _TODAY)


def test_at_most_sixteen_are_asked_about_at_once() -> None:
    router = _Router()
    _all_at_once([(router, "a", True)] * 37)
    assert router.calls == [16, 16, 5]


def test_who_leaves_takes_no_answer_away_from_the_others() -> None:
    async def ask() -> list[Any]:
        together, router = Together(), _Router()
        tasks = [
            asyncio.create_task(together.suggest(router, Complaint(text), evidence=True, today=_TODAY))  # type: ignore[arg-type]
            for text in "abc"
        ]
        # Once each has asked, and before any is answered.
        await asyncio.sleep(0)
        tasks[1].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third = asyncio.run(ask())
    assert (first[1], third[1]) == ("a", "c")
    assert isinstance(second, asyncio.CancelledError)
