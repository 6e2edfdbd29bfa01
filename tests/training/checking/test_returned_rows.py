"""Rows that a unit returned: known by the words of the status, or by the office's answer in the workbook."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from model.office.units import Units
from pilah import app
from tests.training.checking.mending import cells_of, fill_in
from training.checking import workbook as at
from training.checking.check import check
from training.checking.corrections_file import read_corrections
from training.checking.page import page_of
from training.checking.workbook import SHEETS, write_check
from training.dataset.read import Reading, read_exports

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = ("Selesai", "Bukan Kewenangan", "Ditolak", "Dalam proses")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "tanggal", "isi laporan", "instansi", "kategori", "status"))
        for n in range(40):
            day, unit = f"{1 + n % 28:02}-{1 + n // 28:02}-2024", f"Dinas {n % 3}"
            writer.writerow((str(n), day, f"lampu nomor{n} padam blok{n * 7}", unit, "K", STATUSES[n % 4]))
    return path


def _read(path: Path, *workbooks: Path) -> Reading:
    return read_exports([path], columns={}, timezone="Asia/Jakarta", corrections=read_corrections(workbooks))


def _returned(reading: Reading) -> set[int]:
    return {int(row.complaint.reference_id) % 4 for row in reading.rows if row.returned}


def test_an_unclear_status_is_asked_about_and_the_answer_counts(export: Path, tmp_path: Path) -> None:
    workbook, second = tmp_path / "c.xlsx", tmp_path / "d.xlsx"
    reading = _read(export)
    findings = check(reading, Units([]), doubts=False)
    assert _returned(reading) == {1}
    assert findings.unclear_statuses == (("Ditolak", 10),)
    assert "Status yang mungkin berarti dikembalikan" in page_of(findings, office="uji")
    write_check(workbook, findings)
    assert [row[at.STATUS] for row in cells_of(workbook, SHEETS.statuses)] == ["Ditolak"]
    fill_in(workbook, {SHEETS.statuses: lambda _: {at.RETURNED: "ya"}})
    answered = _read(export, workbook)
    assert _returned(answered) == {1, 2}
    again = check(answered, Units([]), doubts=False)
    assert not again.unclear_statuses
    write_check(second, again)
    assert _returned(_read(export, second)) == {1, 2}


def test_an_office_may_say_that_a_status_is_no_return(export: Path, tmp_path: Path) -> None:
    workbook = tmp_path / "c.xlsx"
    write_check(workbook, check(_read(export), Units([]), doubts=False))
    fill_in(workbook, {SHEETS.statuses: lambda _: {at.RETURNED: "tidak"}})
    answered = _read(export, workbook)
    assert _returned(answered) == {1}
    assert not answered.unclear_statuses


def test_the_terminal_asks_too(export: Path, tmp_path: Path) -> None:
    arguments = ["check", str(export), "--office", "uji", "--home", str(tmp_path / "home"), "--no-doubts"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "Status 'Ditolak' of 10 rows may mean that the unit returned the complaint" in result.output
    assert "1  statuses that may mean" in result.output
