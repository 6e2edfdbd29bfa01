"""Files whose text can't be told from the other columns: refused by a sentence without a cell of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.errors import ColumnMissing
from data.exports.open import open_export
from data.messages import Language
from tests.data.exports.columns.tables import COMPLAINTS, table
from tests.data.exports.files import written
from training.dataset.read import read_exports

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERS = [str(n) for n in range(12)]
_LABELS = ["Dinas Air", "Dinas Jalan", "Dinas Lampu"] * 4


def refusal(path: Path) -> ColumnMissing:
    with pytest.raises(ColumnMissing) as refused:
        open_export(path)
    return refused.value


def test_columns_that_may_be_the_text_are_named(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, table({"A1": COMPLAINTS, "B2": COMPLAINTS[::-1], "Dinas": _LABELS})))
    assert str(error).endswith(
        'no column is surely the text of the complaints. It may be "A1", "B2": name the right one with --text HEADER.'
    )
    assert error.fields["candidates"] == ("A1", "B2")
    assert 'Kolom yang mungkin: "A1", "B2".' in error.told_in(Language.INDONESIAN)


def test_an_answer_alone_is_asked_about(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, table({"Nomor Tiket": _NUMBERS, "Tanggapan": COMPLAINTS})))
    assert error.fields["candidates"] == ("Tanggapan",)


def test_the_subject_of_letters_is_asked_about(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, table({"No Agenda": _NUMBERS, "Perihal": COMPLAINTS, "Bidang": _LABELS})))
    assert error.fields["candidates"] == ("Perihal",)


def test_a_table_without_complaints_is_refused_with_its_headers(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, table({"Complaint Type": _LABELS, "Jumlah": _NUMBERS})))
    assert error.code == "exports.text-missing-in-all"
    assert '"Complaint Type", "Jumlah"' in str(error)


def test_rows_without_a_header_are_refused_without_their_cells(tmp_path: Path) -> None:
    rows = "".join(f"{n};0{n}/02/2024;{text};PDAM\n" for n, text in enumerate(COMPLAINTS[:8], start=1))
    path = written(tmp_path, rows)
    error = refusal(path)
    assert error.code == "exports.no-header"
    with pytest.raises(ColumnMissing) as refused:
        open_export(path, columns={"text": "Isi"})
    for told in (str(error), str(refused.value)):
        assert not any(text[:20] in told for text in COMPLAINTS)


def test_json_lines_without_a_key_are_refused(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, "{}\n{}\n", "a.jsonl")).code == "exports.text-missing-in-all"


def test_broken_rows_are_one_reason_a_kind(tmp_path: Path) -> None:
    lines = [f"{n},Isi{', lebih' * (n % 4)},Dinas Air" for n in range(20)]
    path = written(tmp_path, "nomor tiket,isi,dinas\n" + "\n".join(lines) + "\n")
    reading = read_exports([path], columns={}, timezone="Asia/Jakarta")
    assert len(reading.left_out) == 15
    (reason,) = reading.reasons(Language.INDONESIAN)
    assert reason.startswith("jumlah sel tidak sama dengan baris judul")
