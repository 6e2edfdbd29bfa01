"""The log of requests, which never contains typed text."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from model.router import Router
from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.observability.logs import configure_logs
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.routing import BaseRoute

MARK = "mawarmerah77"
PASSWORD = "kata-sandi-uji"  # noqa: S105 - of an invented user
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_BODIES: tuple[dict[str, Any], ...] = (
    {"json": dict.fromkeys(("text", "title", "reference_id", "unit", "officer", "reason", MARK), MARK)},
    {"json": {"text": 3, MARK: MARK, "received_at": MARK, "location": {"village": [MARK]}}},
    {"json": {"complaints": [{"text": MARK, "reference_id": MARK}, {"text": [MARK]}, MARK]}},
    {"content": f'{{"text": "{MARK}', "headers": {"content-type": "application/json"}},
    {"data": dict.fromkeys(("nama", "sandi", "token", "isi", "judul", "unit", MARK), MARK)},
    {"files": {"berkas": (f"{MARK}.csv", f"isi,nama\n{MARK} lampu mati,{MARK}\n", "text/csv")}},
)


@dataclass
class Watched:
    """A service with a captured log, and a client without cookies."""

    client: TestClient
    log: io.StringIO

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def requests(self, route: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "request" and line["route"] == route]


@pytest.fixture
def watched(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    before = (root.handlers[:], root.level, warnings.showwarning)
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    settings = Settings(
        home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"), log_level="debug"
    )
    configure_logs(settings)
    # The test client logs requests too.
    monkeypatch.setattr(logging.getLogger("httpx2"), "disabled", True)
    try:
        with TestClient(
            create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
        ) as client:
            yield Watched(client, log)
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        warnings.showwarning = before[2]
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


def _routes(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """All routed methods and paths, with the mark as parameter."""
    found: set[tuple[str, str]] = set()
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner:
            found |= _routes(inner)
            continue
        path = "/".join(MARK if part.startswith("{") else part for part in getattr(route, "path", "/").split("/"))
        found |= {(method, path) for method in getattr(route, "methods", None) or {"GET"}}
    return found


def _everything(client: TestClient) -> int:
    """Send the mark to all routes, in every parameter; returns the number of requests."""
    count = 0
    known = _routes(client.app.routes)  # type: ignore[attr-defined]
    for method, path in sorted({*known, ("GET", f"/{MARK}"), ("PUT", "/v1/predictions")}):
        for body in _BODIES if method in _WITH_BODY else ({},):
            client.request(method, f"{path}?q={MARK}&halaman={MARK}&unit={MARK}", **body)
            count += 1
    return count


def test_typed_text_is_never_logged_on_any_route(watched: Watched) -> None:
    client = watched.client
    client.headers.update({"User-Agent": MARK, "Referer": f"http://127.0.0.1/{MARK}", "X-Mark": MARK})
    sent = _everything(client)
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        accounts.add_user("rini", "administrator", PASSWORD, "test")
        key = accounts.add_key(MARK, "test")
    client.headers["Authorization"] = f"Bearer {key}"
    assert client.post("/masuk", data={"nama": "rini", "sandi": PASSWORD}).status_code == 303
    sent += _everything(client) + 1
    client.headers["Authorization"] = f"Bearer {MARK}"
    client.get("/v1/units")
    client.get("/", headers={"Host": f"{MARK}.example"})
    client.request("MAWARMERAH77", "/")
    sent += 3
    log = watched.log.getvalue()
    assert MARK not in log.lower()
    assert key not in log
    assert len([line for line in watched.lines if line["event"] == "request"]) == sent
    statuses = {line["status"] for line in watched.lines if line["event"] == "request"}
    assert {200, 303, 400, 401, 403, 404, 405, 415, 422} <= statuses


def test_reading_an_upload_logs_none_of_its_content(watched: Watched) -> None:
    client = watched.client
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        accounts.add_user("rini", "administrator", PASSWORD, "test")
    client.post("/masuk", data={"nama": "rini", "sandi": PASSWORD})
    page = client.get("/unggah").text
    assert "token" in page
    token = page.partition('name="token" value="')[2].partition('"')[0]
    for name, content in ((f"{MARK}.csv", f"nomor,isi\n{MARK},{MARK} lampu mati\n"), (f"{MARK}.xlsx", MARK)):
        answer = client.post("/unggah", data={"token": token}, files={"berkas": (name, content)})
        assert answer.headers["location"].startswith("/unggah/")
    client.app.state.uploads.close()  # type: ignore[attr-defined]
    assert MARK not in watched.log.getvalue()


def test_a_database_error_is_logged_with_its_place_and_without_values(watched: Watched) -> None:
    refusing = "CREATE TRIGGER no_more BEFORE INSERT ON suggestions BEGIN SELECT RAISE(ABORT, 'no'); END"
    with watched.client.app.state.database.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text(refusing))
    answer = watched.client.post("/v1/predictions", json={"text": f"{MARK} paspor", "reference_id": MARK})
    assert answer.status_code == 500
    assert MARK not in watched.log.getvalue()
    assert MARK not in answer.text
    (line,) = watched.requests("/v1/predictions")
    assert line["level"] == "error"
    assert "SQLITE_CONSTRAINT" in line["exception"][0]
    assert any("complaints.py" in place for place in line["at"])


def test_a_bug_is_logged_once_and_without_its_message(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"no such thing: {MARK}") from RuntimeError(MARK)

    monkeypatch.setattr(Router, "suggest_many", broken)
    answer = watched.client.post("/v1/predictions", json={"text": MARK})
    assert answer.status_code == 500
    assert MARK not in answer.text
    (line,) = [line for line in watched.lines if "exception" in line]
    assert (line["route"], line["status"]) == ("/v1/predictions", 500)
    assert line["exception"] == ["ValueError", "RuntimeError"]
    assert MARK not in watched.log.getvalue()


def test_an_exception_of_a_thread_or_of_a_library_is_logged_without_its_message(watched: Watched) -> None:
    def broken() -> None:
        raise KeyError(MARK)

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    try:
        broken()
    except KeyError:
        logging.getLogger("somelibrary").exception("couldn't")
        # uvicorn logs a failed start with the traceback that Starlette has formatted.
        logging.getLogger("uvicorn.error").error(traceback.format_exc())  # noqa: TRY400
    warnings.showwarning(MARK, UserWarning, "file.py", 3)
    assert MARK not in watched.log.getvalue()
    assert watched.log.getvalue().count("KeyError") == 3


def test_a_request_is_logged_by_its_route_and_model_version(watched: Watched) -> None:
    watched.client.post("/v1/predictions", json={"text": "paspor saya hilang"})
    watched.client.get(f"/v1/complaints/{MARK}?x={MARK}")
    version = watched.client.get("/v1/model").json()["version"]
    (line,) = watched.requests("/v1/predictions")
    assert (line["method"], line["status"], line["model"], line["level"]) == ("POST", 200, version, "info")
    assert line["milliseconds"] > 0
    assert list(line)[:3] == ["time", "level", "event"]
    (line,) = watched.requests("/v1/complaints/{any_id}")
    assert line["status"] == 404
