"""Rows of exports and decisions of the ledger, put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from model.complaint import Complaint
from model.history.rows import LabelledComplaint, write_rows
from training.dataset.ledger_rows import with_ledger
from training.dataset.read import Reading, read_exports
from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime(2024, 3, 1)  # noqa: DTZ001 - exports have no offset


def _row(reference: str, unit: str, decided: int, **fields: object) -> LabelledComplaint:
    confidential = bool(fields.pop("confidential", False))
    complaint = Complaint(f"teks {reference}", reference, DAY, confidential=confidential)
    return LabelledComplaint(complaint, unit, "", decided_at=DAY + timedelta(days=decided), **fields)  # type: ignore[arg-type]


def _merged(tmp_path: Path, exported: list[LabelledComplaint], decided: list[LabelledComplaint]) -> Reading:
    path = tmp_path / "decisions.parquet"
    write_rows(path, decided)
    return with_ledger(Reading(exported), path)


def test_of_the_same_complaint_the_newer_decision_wins_and_the_older_is_counted(tmp_path: Path) -> None:
    exported = [_row("1", "Dinas A", 5), _row("2", "Dinas A", 5), _row("3", "Dinas A", 5)]
    decided = [_row("1", "Dinas B", 9, verdict="changed"), _row("2", "Dinas B", 1, verdict="accepted")]
    merged = _merged(tmp_path, exported, decided)
    assert {row.complaint.reference_id: (row.unit, row.verdict) for row in merged.rows} == {
        "1": ("Dinas B", "changed"),
        "2": ("Dinas A", ""),
        "3": ("Dinas A", ""),
    }
    assert merged.reasons() == {
        "the ledger has a newer decision on the same id": 1,
        "an export newer than the ledger's decision has the same id": 1,
    }
    assert merged.from_ledger == {"changed": 1, "with a wrong unit": 0}


def test_where_both_say_the_same_the_ledgers_row_stays_for_what_it_knows(tmp_path: Path) -> None:
    merged = _merged(tmp_path, [_row("1", "Dinas A", 9)], [_row("1", "Dinas A", 1, verdict="accepted")])
    assert [row.verdict for row in merged.rows] == ["accepted"]


def test_a_return_is_remembered_although_an_export_has_the_last_word(tmp_path: Path) -> None:
    decided = [_row("1", "Dinas B", 1, verdict="accepted", returned=True)]
    merged = _merged(tmp_path, [_row("1", "Dinas A", 9)], decided)
    assert [(row.unit, row.known_wrong) for row in merged.rows] == [("Dinas A", ("Dinas B",))]


def test_a_confidential_row_that_gives_way_is_counted_without_its_text(tmp_path: Path) -> None:
    exported = [_row("1", "Dinas A", 1, confidential=True)]
    merged = _merged(tmp_path, exported, [_row("1", "Dinas B", 9, verdict="changed", confidential=True)])
    assert [(row.id, row.text) for row in merged.left_out] == [("", "")]


def test_an_export_speaks_as_of_its_newest_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,tanggal,isi,unit\n1,01-02-2024,lampu,A\n2,05-02-2024,air,B\n", encoding="utf-8")
    rows = read_exports([path], columns={}, timezone="Asia/Jakarta").rows
    assert {row.decided_at for row in rows} == {datetime(2024, 2, 5)}  # noqa: DTZ001


def test_an_empty_ledger_and_no_history_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnusable, match="holds no decision yet"):
        _merged(tmp_path, [], [])


def test_a_decision_on_another_complaint_of_the_same_number_is_not_taken_for_this_one(tmp_path: Path) -> None:
    lamp, waste = "lampu jalan padam di gang melati", "sampah menumpuk di depan pasar kota"
    decided = [replace(_row("1", "Dinas B", 9, verdict="changed"), complaint=Complaint(lamp, "1", DAY))]
    keyed = replace(_row("", "Dinas C", 9, verdict="changed"), complaint=Complaint(waste, "1 (2024-03)", DAY))
    exported = [replace(_row("1", "Dinas A", 1), complaint=Complaint(waste, "1", DAY))]
    assert {row.unit for row in _merged(tmp_path, exported, decided).rows} == {"Dinas A", "Dinas B"}
    assert [row.unit for row in _merged(tmp_path, exported, [*decided, keyed]).rows] == ["Dinas B", "Dinas C"]
