"""The export page."""

from __future__ import annotations

import csv
import io
import tempfile
from typing import TYPE_CHECKING

import pytest

from data.errors import PilahError
from data.exports.cells import rearm
from data.exports.open import open_export
from service.pages import export

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


@pytest.mark.parametrize("kind", ["xlsx", "ringkas"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(desk: Desk, kind: str, tmp_path: Path) -> None:
    long = "sudah lapor belum ada kabar " * 1_500
    desk.sign_in("budi").send("1", text=f"={long}")
    path = tmp_path / "e.xlsx"
    path.write_bytes(desk.client.get(f"/ekspor/berkas?bentuk={kind}").content)
    text = next(iter(open_export(path).rows())).fields["text"]
    assert text.startswith("=sudah lapor")
    assert "… [dipotong: 4200" in text


def test_an_export_leaves_no_file_behind(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in("budi").send("1")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answer = desk.client.get("/ekspor/berkas?bentuk=csv")
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)

    def full(*_: object) -> None:
        raise PilahError("files.is-a-folder", path="x")

    monkeypatch.setattr(export, "write_export", full)
    desk.client.get("/ekspor/berkas?bentuk=csv")
    assert list(tmp_path.iterdir()) == []
