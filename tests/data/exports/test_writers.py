"""Files as they are written: atomic, and with clear errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from data.errors import PilahError
from data.exports.open import open_writer

if TYPE_CHECKING:
    from pathlib import Path


KINDS = [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl"]


def test_a_csv_for_a_program_can_be_written_without_apostrophes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_writer(path, ["text"], harmless=False) as writer:
        writer.write({"text": "=1+1"})
    assert path.read_bytes() == b"\xef\xbb\xbftext\r\n=1+1\r\n"


def test_a_numeric_column_stays_a_number_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with open_writer(path, ["text", "confidence"], numeric={"confidence"}) as writer:
        writer.write({"text": "=x", "confidence": 0.5})
        writer.write({"text": None, "confidence": None})
    assert pq.read_table(path).to_pylist() == [{"text": "=x", "confidence": 0.5}, {"text": None, "confidence": None}]


def test_text_in_a_numeric_column_is_refused_with_its_row(tmp_path: Path) -> None:
    with (
        pytest.raises(PilahError, match='row 1: column "confidence" holds text'),
        open_writer(tmp_path / "a.parquet", ["confidence"], numeric={"confidence"}) as writer,
    ):
        writer.write({"confidence": "tinggi"})


def test_a_place_is_an_object_again_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with open_writer(path, ["text", "location.village"]) as writer:
        writer.write({"text": "x", "location.village": "Sukamaju"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"text": "x", "location": {"village": "Sukamaju"}}


@pytest.mark.parametrize("suffix", KINDS)
def test_a_broken_off_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), open_writer(path, ["text"]) as writer:  # noqa: PT012 - the interruption comes from within
        writer.write({"text": "x"})
        raise KeyboardInterrupt
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", KINDS)
def test_a_file_appears_only_when_it_is_whole(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with open_writer(path, ["text"]) as writer:
        writer.write({"text": "x"})
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_suffix_is_answered_with_the_known_suffixes(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match=r'"\.pdf".*\.csv'), open_writer(tmp_path / "a.pdf", ["text"]):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="can't be written"), open_writer(tmp_path / "none" / "a.csv", ["text"]):
        pass


def test_a_value_without_a_column_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="extra"), open_writer(tmp_path / "a.csv", ["text"]) as writer:
        writer.write({"text": "x", "extra": 1})


def test_an_error_about_another_file_passes_unchanged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_writer(tmp_path / "a.csv", ["text"]):
        (tmp_path / "missing.csv").read_bytes()
