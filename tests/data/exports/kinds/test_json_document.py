"""JSON documents: one list, or an object that holds lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from data.errors import FileUnreadable
from data.exports.open import Limits, open_export
from tests.data.exports.files import only_row, texts, written

if TYPE_CHECKING:
    from pathlib import Path

_RECORDS = [{"isi": "lampu mati", "lokasi": {"kelurahan": "Kauman"}}, {"isi": "air mati", "opd": "Dinas B"}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "document",
    [_RECORDS, {"message": "ok", "data": _RECORDS, "total": 2}, {"data": {"page": 1, "data": _RECORDS, "links": [1]}}],
)
def test_a_list_is_read_wherever_the_document_holds_it(
    tmp_path: Path, document: object, encoding: str, indent: int | None
) -> None:
    path = written(tmp_path, json.dumps(document, indent=indent).encode(encoding), "a.json")
    export = open_export(path)
    first, second = export.rows()
    assert (export.kind, export.sheet, export.n_rows) == ("json", None, 2)
    assert (first.number, first.fields["text"], first.values["lokasi.kelurahan"]) == (1, "lampu mati", "Kauman")
    assert (second.fields["text"], second.fields["unit"]) == ("air mati", "Dinas B")


def test_several_lists_are_sheets(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"units": [{"nama": "A"}], "hasil": {"aduan": _RECORDS}}), "a.json")
    assert (open_export(path).sheet, texts(path)) == ("hasil.aduan", ["lampu mati", "air mati"])


def test_a_record_of_json_lines_may_hold_a_list(tmp_path: Path) -> None:
    record = {"text": "lampu mati", "attachments": [{"url": "a"}]}
    assert texts(written(tmp_path, json.dumps(record), "a.jsonl")) == ["lampu mati"]


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    assert only_row(open_export(written(tmp_path, '[{"isi": "a\\ud83d b"}]', "a.json"))).fields["text"] == "a? b"


def test_records_longer_than_a_part_of_the_file_are_read(tmp_path: Path) -> None:
    long = [{"isi": "lampu " * 100_000}, {"isi": "pendek"}]
    assert [len(text or "") for text in texts(written(tmp_path, json.dumps(long), "a.json"))] == [599_999, 6]


@pytest.mark.parametrize(
    "content",
    [
        '[{"isi": "a"}, {"isi": ',
        '[{"isi": "a"}] lagi',
        '[{"isi": "a"} {"isi": "b"}]',
        '[{"isi": ' + "[" * 300_000,
        '{"a": ' * 100_000,
        '[{"isi": "' + "x" * 5_000_000 + '"}]',
    ],
    ids=["cut off", "text after the end", "no comma", "deep list", "deep object", "long record"],
)
def test_a_broken_document_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(FileUnreadable, match=r"broken|longer"):
        open_export(written(tmp_path, content, "a.json"))


def test_a_document_that_is_too_large_or_has_too_many_lists_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({str(n): _RECORDS for n in range(101)}), "a.json")
    with pytest.raises(FileUnreadable, match="100 lists"):
        open_export(path)
    with pytest.raises(FileUnreadable, match="larger than"):
        open_export(path, limits=Limits(document_bytes=100))
