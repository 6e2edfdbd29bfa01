"""Complaints that came at the same moment get each their own suggestion."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from model.complaint import Complaint
from model.router import Router
from service.api.micro_batching import Together
from service.app import create_app
from service.ledger.accounts import digest_of
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.suggestion import Suggestion
    from service.middleware.application import Application

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
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert router.calls == [2]
        return answers

    first, second, third = asyncio.run(ask())
    assert (first[1], third[1]) == ("a", "c")
    assert isinstance(second, asyncio.CancelledError)


_KEY = "kunci-uji"
_TEXTS = [
    "Sertifikat tanah saya belum terbit di kantor pertanahan",
    "Laporan saya di polres belum ada kejelasan sejak bulan lalu",
    "Paspor saya sudah tiga minggu belum jadi di kantor imigrasi",
    "Napi di lapas tidak mendapat obat",
    "Pungli di kantor kelurahan, mohon ditindak",
]


@pytest.fixture
def app(sample_home: Path, tmp_path: Path) -> Application:
    return create_app(Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")))


async def _send(app: Application, texts: Sequence[str]) -> list[dict[str, Any]]:
    # A caller whose key was looked up a moment ago, so that no request waits for the database.
    app.state.callers.remember(digest_of(_KEY), "uji")
    headers = {"Authorization": f"Bearer {_KEY}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers
    ) as client:
        answers = await asyncio.gather(*(client.post("/v1/predictions", json={"text": text}) for text in texts))
    return [answer.raise_for_status().json() | {"suggestion_id": ""} for answer in answers]


def test_requests_of_one_moment_are_asked_about_together_and_answered_as_each_alone(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_at_once = []
    suggest_many = Router.suggest_many

    def counted(router: Router, complaints: Sequence[Complaint], **how: Any) -> list[Suggestion]:
        asked_at_once.append(len(complaints))
        return suggest_many(router, complaints, **how)

    with TestClient(app) as client:
        assert client.portal is not None
        alone = [client.portal.call(_send, app, [text])[0] for text in _TEXTS]
        monkeypatch.setattr(Router, "suggest_many", counted)
        assert client.portal.call(_send, app, _TEXTS) == alone
    assert asked_at_once == [len(_TEXTS)]
