"""The kind of a file, and files that are no tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.errors import ColumnMissing, FileUnreadable
from data.exports.open import open_export
from tests.data.exports.files import texts, workbook, written

if TYPE_CHECKING:
    from pathlib import Path


def test_the_kind_is_known_by_content_not_by_suffix(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a"]]).rename(tmp_path / "a.csv")
    assert open_export(book).kind == "xlsx"
    assert texts(book) == ["a"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"no file .*a\.csv"):
        open_export(tmp_path / "a.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="is a folder"):
        open_export(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \n", b"\xff\xfe"])
def test_an_empty_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match=r"a\.csv is empty"):
        open_export(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n...", "a picture"),
        (b"\x1f\x8b\x08...", "gzip"),
        (b"<?xml version='1.0'?><pengaduan/>", "XML without a table"),
        (b"<html><body>Galat 500</body></html>", "no rows"),
        (bytes(range(1, 32)) * 50, "no table"),
        (b'{"status": "ok", "data": [1, 2]}\n', "hold the text"),
        (b"[]", "without a list"),
        (b"PK\x03\x04 cut off", "broken or cut off"),
        (b"PAR1 cut off", "broken or cut-off Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken or cut-off workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_file_without_a_table_is_refused_with_its_kind(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises((FileUnreadable, ColumnMissing), match=message):
        open_export(written(tmp_path, content, "a.xlsx"))
