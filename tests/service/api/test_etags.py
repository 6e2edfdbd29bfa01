"""A caller that holds the current answer gets 304."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/v1/units", "/v1/categories", "/v1/model"])
def test_an_unchanged_answer_is_not_sent_again(api: TestClient, path: str) -> None:
    first = api.get(path)
    again = api.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert api.get(path, headers={"if-none-match": 'W/"older"'}).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
