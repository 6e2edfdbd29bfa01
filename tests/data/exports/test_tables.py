"""Delimited text, JSON Lines and Parquet."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import ColumnMissing, FileUnreadable
from data.exports.open import Limits, open_export, open_writer
from tests.data.exports.files import only_row, texts, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_in_every_encoding_and_with_every_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    lines = [separator.join(["tanggal", "isi", "opd"]), separator.join(["29/05/2023", "Café tutup é", "Dinas Contoh"])]
    export = open_export(written(tmp_path, "\r\n".join(lines).encode(encoding)))
    assert export.separator == separator
    assert export.kind == ("tsv" if separator == "\t" else "csv")
    assert only_row(export).fields == {
        "received_at": "2023-05-29T00:00:00",
        "text": "Café tutup é",
        "unit": "Dinas Contoh",
    }


def test_cells_of_several_lines_count_as_one_row_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\n"satu\ndua",A\n\ntiga,B\n')
    assert [(row.number, row.fields["text"]) for row in open_export(path).rows()] == [(2, "satu\ndua"), (4, "tiga")]


def test_zero_bytes_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, b"isi,opd\nlampu\0 jalan padam sejak kemarin malam,A\n")
    assert texts(path) == ["lampu jalan padam sejak kemarin malam"]


def test_a_quote_inside_a_cell_is_forgiven_where_the_cells_still_count(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\n"kata "tolong" saja",A\nb,B\n')
    rows = list(open_export(path).rows())
    assert [row.problem for row in rows] == [None, None]
    assert "tolong" in rows[0].fields["text"]


def test_an_unclosed_quote_is_a_problem_with_its_lines(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\na,A\n"b,B\nc,C\n')
    rows = list(open_export(path).rows())
    assert rows[0].problem is None
    assert rows[-1].problem is not None
    assert "lines 3 to 4" in str(rows[-1].problem)


def test_a_runaway_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\na,A\n"b,B\n' + "c,C\n" * 40_000)
    with pytest.raises(FileUnreadable, match=r"row 3 \(line 3\).*131,072"):
        list(open_export(path).rows())


def test_a_file_of_one_endless_line_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\n" + "x" * 2_000)
    with pytest.raises(FileUnreadable, match="line 2 is longer"):
        list(open_export(path, limits=Limits(line_characters=1_000)).rows())


def test_one_complaint_a_line_needs_no_separator(tmp_path: Path) -> None:
    path = written(tmp_path, "keluhan\nlampu, jalan; padam\nair mati, tolong\n")
    assert texts(path) == ["lampu, jalan; padam", "air mati, tolong"]


def test_rows_can_be_read_twice(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "isi\na\nb\n"))
    assert list(export.rows()) == list(export.rows())
    assert export.share_read() == 1.0


def test_json_lines_give_the_parts_of_a_place_as_fields(tmp_path: Path) -> None:
    record = {
        "reference_id": "1",
        "text": "a",
        "location": {"province": "P", "regency": "R", "district": "D", "village": "V"},
    }
    export = open_export(written(tmp_path, json.dumps(record), "a.jsonl"))
    fields = only_row(export).fields
    assert (fields["province"], fields["regency"], fields["district"], fields["village"]) == ("P", "R", "D", "V")
    assert export.n_rows == 1


def test_a_broken_json_line_is_kept_with_its_problem(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text": "a"}\n{"text": \n\n[1]\n{"text": "b", "unit": "B"}\n', "a.jsonl")
    rows = list(open_export(path).rows())
    assert [(row.number, row.problem is None) for row in rows] == [(1, True), (2, False), (4, False), (5, True)]
    assert rows[-1].fields == {"text": "b", "unit": "B"}


def test_half_a_surrogate_pair_in_json_does_not_break_the_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text": "a\\ud83d b"}\n', "a.jsonl")
    with open_writer(tmp_path / "b.jsonl", ["text"]) as writer:
        writer.write(only_row(open_export(path)).values)
    assert texts(tmp_path / "b.jsonl") == ["a? b"]


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    moment = datetime(2023, 5, 29, 10, 15)  # noqa: DTZ001 - naive on purpose
    place = pa.array([{"village": "V"}], pa.struct([("village", pa.string())]))
    table = pa.table({"id": [7], "text": ["a"], "date": pa.array([moment], pa.timestamp("ns")), "location": place})
    pq.write_table(table, path)
    export = open_export(path)
    assert (export.kind, export.n_rows, export.header_row) == ("parquet", 1, 0)
    assert only_row(export).fields == {"id": "7", "text": "a", "received_at": "2023-05-29T10:15:00", "village": "V"}


def test_parquet_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a"] * 11}), path)
    with pytest.raises(FileUnreadable, match="11 rows"):
        open_export(path, limits=Limits(rows=10))


def test_json_lines_without_one_whole_line_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing):
        open_export(written(tmp_path, '{"text": \n{"text"\n', "a.jsonl"))
