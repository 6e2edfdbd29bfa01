"""A key that is used too often is told when to come back."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOCAL = "http://127.0.0.1"


def test_a_key_over_its_limit_is_told_how_long_to_wait(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    app = create_app(Settings(home=sample_home, database_url=url, requests_per_minute=2))
    now, told = 1_000.0, []
    with TestClient(app, base_url=LOCAL) as client:
        for seconds in (0, 10, 20.5, 20.5, 60, 60):
            monkeypatch.setattr("service.api.rate_limit.time", SimpleNamespace(monotonic=partial(float, now + seconds)))
            answer = client.get("/v1/units")
            told.append((answer.status_code, answer.headers.get("retry-after")))
    assert told == [(200, None), (200, None), (429, "40"), (429, "40"), (200, None), (429, "10")]
