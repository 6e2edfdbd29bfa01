"""Rows that a child process reads within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.messages import Language
from service.jobs.reading import rows
from service.jobs.reading.rows import ReaderEnded, RowReader

if TYPE_CHECKING:
    from pathlib import Path

    from data.exports.rows import ExportRow


def _no_wait() -> None: ...


def _read(path: Path, skip: int = 0) -> tuple[list[ExportRow], RowReader]:
    with RowReader(path, skip) as reader:
        return [row for batch in reader.batches(2, _no_wait) for row in batch], reader


def hostile_parquet(path: Path) -> Path:
    """A small file whose rows take gigabytes: every row refers to one long text."""
    text = "lampu mati " * 1_000_000
    table = pa.table({"isi": pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), pa.array([text]))})
    pq.write_table(table, path, compression="zstd", use_dictionary=True)
    return path


def test_rows_arrive_as_they_were_read(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text('id,isi\n1,lampu mati\n2,"a\nb"\n3,c,d\n4,"e"\n', encoding="utf-8")
    read, reader = _read(path, skip=1)
    assert [row.fields.get("text") for row in read] == ["a\nb", None, "e"]
    assert read[0].values == {"id": "2", "isi": "a\nb"}
    assert read[1].problem is not None
    assert "3" in read[1].problem.told_in(Language.INDONESIAN)
    assert (reader.fault, reader.n_rows) == ("", None)


def test_a_file_without_a_text_column_or_a_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("angka,lain\n1,2\n", encoding="utf-8")
    assert _read(path)[1].fault == "no_text_column"
    path.write_bytes(b"%PDF-1.7")
    assert _read(path)[1].fault == "unreadable"


def test_a_small_parquet_that_fills_the_memory_ends_its_reader_only(tmp_path: Path) -> None:
    path = hostile_parquet(tmp_path / "e.parquet")
    assert path.stat().st_size < 20_000
    with pytest.raises(ReaderEnded):
        _read(path)


def test_a_silent_reader_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SILENT_SECONDS", -1.0)
    monkeypatch.setattr(rows, "_TICK_SECONDS", 0.01)
    path = tmp_path / "e.csv"
    path.write_text("isi\nlampu mati\n", encoding="utf-8")
    with pytest.raises(ReaderEnded):
        _read(path)
