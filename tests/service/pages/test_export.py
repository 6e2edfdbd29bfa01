"""The export page."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from data.exports.cells import rearm
from data.exports.open import open_export

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ringkas"])
def test_an_export_holds_no_formula_and_can_be_read_again(desk: Desk, kind: str, tmp_path: Path) -> None:
    desk.sign_in("budi").send("1", text='=HYPERLINK("x") lampu mati', title="+1")
    desk.decide("1")
    answer = desk.client.get(f"/ekspor/berkas?bentuk={kind}")
    path = tmp_path / ("e.csv" if kind == "csv" else "e.xlsx")
    path.write_bytes(answer.content)
    row = next(iter(open_export(path).rows()))
    assert row.fields["text"] == '=HYPERLINK("x") lampu mati'
    assert row.fields["unit"]
    if kind == "csv":
        cells = next(iter(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))))
        assert cells["text"].startswith("'=")
        assert rearm(cells["text"]).startswith("=")
