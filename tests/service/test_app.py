"""Every answer has a request id and security headers, also the answer to a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = "http://127.0.0.1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/predictions", 405),
        ("POST", "/v1/decisions", 415),
        ("GET", "/v1/complaints/nothing", 404),
    ],
)
def test_every_answer_and_every_problem_has_the_request_id(
    api: TestClient, method: str, path: str, status: int
) -> None:
    answer = api.request(method, path, headers={"x-request-id": "mine"}, content=b"{}" if method != "GET" else None)
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "mine"
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == "mine"


def test_the_answer_to_a_bug_has_security_headers_and_a_request_id(sample_home: Path, tmp_path: Path) -> None:
    app = create_app(Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")))
    app.add_api_route("/v1/bug", lambda: 1 // 0)
    with TestClient(app, base_url=LOCAL, raise_server_exceptions=False) as client:
        answer = client.get("/v1/bug")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
