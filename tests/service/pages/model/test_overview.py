"""The model page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.service.desk import Desk


def test_the_model_page_shows_the_test_figures(officer: Desk) -> None:
    assert "Hasil uji pada pengaduan terbaru" in officer.page("/model")
