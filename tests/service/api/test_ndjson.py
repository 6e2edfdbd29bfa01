"""Streams of JSON Lines: order, faults of lines, limits."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = "http://127.0.0.1"
JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
KIB = 1024


def test_each_line_of_a_stream_is_answered_and_stored(client: TestClient) -> None:
    lines = [
        json.dumps({"reference_id": "s1", "text": "lampu jalan mati"}),
        "{no json",
        "",
        json.dumps({"reference_id": "s3"}),
        json.dumps({"reference_id": "s4", "text": "x" * 50_001}),
        json.dumps({"text": "y" * (300 * KIB)}),
        json.dumps(["no object"]),
        "[" * 100_000,
        json.dumps({"reference_id": "s8", "text": "air keruh"}),
    ]
    answer = client.post("/v1/predictions/stream", content="\n".join(lines), headers=LINES)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    answers = _lines(answer)
    assert [line.get("status") for line in answers if "units" not in line] == [400, 422, 413, 413, 422, 400]
    assert [line["reference_id"] for line in (answers[0], answers[-1])] == ["s1", "s8"]
    assert "Line 2" in answers[1]["detail"]
    assert "Line 6" in answers[4]["detail"]
    assert client.get("/v1/complaints/s8").status_code == 200


def test_a_stream_of_many_keeps_its_order(api: TestClient) -> None:
    content = b"".join(b'{"reference_id": "m%d", "text": "lampu jalan mati"}\r\n' % number for number in range(250))
    answer = api.post(
        "/v1/predictions/stream?evidence=false&store=false",
        content=gzip.compress(content, mtime=0),
        headers=LINES | {"content-encoding": "gzip"},
    )
    assert [line["reference_id"] for line in _lines(answer)] == [f"m{number}" for number in range(250)]
    assert api.get("/v1/complaints/m7").status_code == 404


def test_a_stream_of_another_type_or_too_large_is_refused(sample_home: Path, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    app = create_app(Settings(home=sample_home, database_url=url, max_stream_bytes=2000))
    with TestClient(app, base_url=LOCAL) as client:
        for content, headers, status in ((b"{}", JSON, 415), (b" " * 2001, LINES, 413), (b" " * 2000, LINES, 200)):
            answer = client.post("/v1/predictions/stream", content=content, headers=headers)
            assert answer.status_code == status
            assert answer.text == "" or answer.json()["status"] == status


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_stream_makes_the_service_fail(api: TestClient, content: bytes) -> None:
    answer = api.post("/v1/predictions/stream", content=content, headers=LINES)
    assert answer.status_code == 200
    # Every line that isn't blank is answered, with a suggestion or its problem.
    assert len(_lines(answer)) == sum(bool(line.strip()) for line in content.split(b"\n"))


def _lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]
