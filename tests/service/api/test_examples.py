"""Runs the client examples of docs/examples against a live server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from pydantic import SecretStr

from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
_PROGRAMS = {"predict.sh": "sh", "predict.py": sys.executable, "predict.mjs": "node", "predict.php": "php"}
_NEEDED = {"predict.sh": "curl", "predict.py": sys.executable, "predict.mjs": "node", "predict.php": "php"}
_TEXT = 'Laporan saya di "polres" belum ada\nkejelasan \\ sampai kini'


class _BusyAtFirst:
    """Answers the first prediction 503 with Retry-After, so that an example must wait and retry."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.refused = 0
        self.busy = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self.busy and scope["type"] == "http" and scope["path"] == "/v1/predictions"):
            await self._app(scope, receive, send)
            return
        self.busy = False
        self.refused += 1
        headers = [(b"retry-after", b"1"), (b"content-type", b"application/problem+json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture(scope="module")
def live(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_BusyAtFirst, str, str]]:
    """A live server that is busy at first, the address, and a valid key."""
    database = tmp_path_factory.mktemp("examples") / "pilah.db"
    app = create_app(Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{database}")))
    with open_accounts(app.state.database) as accounts:
        key = accounts.add_key("contoh", "test")
    busy = _BusyAtFirst(app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(busy, log_level="error", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield busy, f"http://127.0.0.1:{listener.getsockname()[1]}", key
        server.should_exit = True
        thread.join()


def _run(example: str, address: str, key: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(_NEEDED[example]) is None:
        if os.environ.get("PILAH_EXAMPLES") == "required":
            pytest.fail(f"PILAH_EXAMPLES=required, and {_NEEDED[example]} isn't installed.")
        pytest.skip(f"{_NEEDED[example]} isn't installed")
    return subprocess.run(
        [_PROGRAMS[example], _EXAMPLES / example, *arguments],
        env=os.environ | {"PILAH_URL": address, "PILAH_KEY": key},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("example", _PROGRAMS)
def test_an_example_asks_waits_where_it_is_told_to_and_decides(
    live: tuple[_BusyAtFirst, str, str], example: str
) -> None:
    server, address, key = live
    server.busy, server.refused = True, 0
    first = _run(example, address, key, f"contoh-{example}", _TEXT)
    assert (first.returncode, first.stderr) == (0, "")
    assert "suggested: " in first.stdout
    assert "verdict: accepted" in first.stdout
    assert server.refused == 1
    again = _run(example, address, key, f"contoh-{example}", _TEXT)
    # A retry gets the first answer.
    assert again.stdout == first.stdout


@pytest.mark.parametrize("example", _PROGRAMS)
def test_an_example_says_what_pilah_says_is_wrong(live: tuple[_BusyAtFirst, str, str], example: str) -> None:
    _, address, key = live
    for sent_key, text, said in ((key, " ", "documented shape"), ("pilah_wrong", _TEXT, "API key")):
        outcome = _run(example, address, sent_key, "contoh", text)
        assert outcome.returncode == 1
        assert said in outcome.stderr


def test_every_example_is_run() -> None:
    assert {path.name for path in _EXAMPLES.iterdir() if path.is_file()} == set(_PROGRAMS)
