"""Error pages: the error's own Indonesian sentence, and the training command only where the model is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from model.errors import ArtifactMissing
from service.errors import LedgerUnavailable
from service.pages.frame.error_pages import error_page
from service.problems import problem_of

if TYPE_CHECKING:
    from data.errors import PilahError
    from tests.service.desk import Desk


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/unggah/tidak-ada", 404, "Unggahan ini tidak ada"),
        ("/pengelola", 403, "Hal ini hanya untuk pengelola"),
        ("/model/versi/tidak-ada", 403, "Hal ini hanya untuk penyelia dan pengelola"),
        ("/tidak-ada", 404, "Halaman atau pengaduan ini tidak ada"),
    ],
)
def test_an_error_page_says_in_indonesian_what_is_wrong(
    officer: Desk, address: str, status: int, sentence: str
) -> None:
    answer = officer.client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, sentence in answer.text) == (status, True)


@pytest.mark.parametrize(
    ("error", "command"), [(ArtifactMissing("model.artifact-missing", folder="x"), True), (LedgerUnavailable(), False)]
)
def test_only_a_missing_model_shows_the_training_command(error: PilahError, command: bool) -> None:  # noqa: FBT001
    request = Request({"type": "http", "method": "GET", "path": "/antrean", "headers": []})
    page = bytes(error_page(request, problem_of(error), {}, error).body).decode()
    assert ("pilah train BERKAS" in page) is command
