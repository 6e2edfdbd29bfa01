"""Compression of answers, and the host names that the service answers to."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}
JSON = {"content-type": "application/json"}


def test_a_compressed_body_is_read_and_a_large_answer_is_compressed(api: TestClient) -> None:
    packed = gzip.compress(json.dumps(COMPLAINT).encode())
    answer = api.post("/v1/predictions", content=packed, headers=JSON | {"content-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    plain = api.post("/v1/predictions", json=COMPLAINT, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json()["units"] == answer.json()["units"]


def test_a_page_is_never_compressed(api: TestClient) -> None:
    page = api.get("/masuk", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in page.headers
