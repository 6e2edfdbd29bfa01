"""A table in an archive."""

from __future__ import annotations

import gc
import tempfile
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from data.errors import FileUnreadable
from data.exports.open import Limits, open_export
from tests.data.exports.files import texts, workbook, written

if TYPE_CHECKING:
    from pathlib import Path

_CSV = b"Isi Laporan;OPD\nlampu, mati;A\n"


def packed(path: Path, **members: bytes) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_csv_in_an_archive_is_read(tmp_path: Path) -> None:
    export = open_export(packed(tmp_path / "a.zip", **{"ekspor/data.csv": _CSV, "__MACOSX/._data.csv": b"x"}))
    assert (export.kind, export.separator, export.path.name) == ("csv", ";", "a.zip")
    assert [row.fields["text"] for row in export.rows()] == ["lampu, mati"]


def test_a_workbook_in_an_archive_is_read_beside_a_note(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", S=[["isi"], ["air mati"]]).read_bytes()
    assert texts(packed(tmp_path / "a.zip", **{"a.xlsx": book, "BACA.pdf": b"%PDF"})) == ["air mati"]


def test_the_unpacked_file_goes_with_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    export = open_export(packed(tmp_path / "a.zip", **{"data.csv": _CSV}))
    assert list(folder.iterdir())
    del export
    gc.collect()
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.csv": _CSV, "b.csv": _CSV}, "2 files: a.csv, b.csv"),
        ({".DS_Store": b"x"}, "without a table"),
        ({"a.csv": b""}, r"a\.zip \(a\.csv\) is empty"),
        ({"a.csv": b"%PDF-1.7"}, r"a\.zip \(a\.csv\) is a PDF"),
        ({f"{n}.csv": b"" for n in range(1_001)}, "1,001 files; the most"),
    ],
    ids=["two tables", "none", "empty", "picture of a table", "many"],
)
def test_an_archive_without_one_table_is_refused(tmp_path: Path, members: dict[str, bytes], message: str) -> None:
    with pytest.raises(FileUnreadable, match=message):
        open_export(packed(tmp_path / "a.zip", **members))


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = packed(tmp_path / "b.zip", **{"a.csv": _CSV}).read_bytes()
    with pytest.raises(FileUnreadable, match="another packed file"):
        open_export(packed(tmp_path / "a.zip", **{"b.zip": inner}))


def test_a_file_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", **{"a.csv": b"isi\n" + b"lampu mati\n" * 100_000})
    with pytest.raises(FileUnreadable, match="unpacks to more"):
        open_export(path, limits=Limits(unpacked_bytes=1_000_000))


def test_a_protected_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed(tmp_path / "a.zip", **{"a.csv": _CSV}).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileUnreadable, match="password"):
        open_export(written(tmp_path, bytes(content), "b.zip"))
