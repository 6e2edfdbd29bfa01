"""Reading exports into labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.data.exports.files import workbook
from tests.training.histories import write_history_csv
from training.dataset.read import Reading, read_exports

if TYPE_CHECKING:
    from pathlib import Path


def test_of_the_same_id_in_two_files_the_newer_file_wins(tmp_path: Path) -> None:
    first, second = write_history_csv(tmp_path / "a.csv", rows=30), write_history_csv(tmp_path / "b.csv", rows=40)
    reading = read_exports([first, second], columns={}, timezone="Asia/Jakarta")
    assert len(reading.rows) == 40
    assert reading.reasons() == {"a newer export has the same id": 30}


_MATTERS = (
    "Lampu jalan di Gang Melati padam tiga malam, mohon diperbaiki",
    "Sampah di depan pasar menumpuk dan berbau, sudah seminggu",
    "Bantuan beras untuk keluarga lansia belum juga kami terima",
)


def _numbered(path: Path, *rows: tuple[str, str, str]) -> Path:
    """A file of numbers, dates and texts."""
    lines = [f'{number},{day},"{text}",Dinas A' for number, day, text in rows]
    path.write_text("\n".join(("no laporan,tanggal,isi laporan,unit", *lines)), encoding="utf-8")
    return path


def _read(*paths: Path) -> Reading:
    return read_exports(paths, columns={}, timezone="Asia/Jakarta")


def test_numbers_that_start_again_each_month_belong_to_different_complaints(tmp_path: Path) -> None:
    rows = [(str(n % 3 + 1), f"0{n + 1}-0{n // 3 + 1}-2024", f"{_MATTERS[(n + n // 3) % 3]}") for n in range(9)]
    reading = _read(_numbered(tmp_path / "a.csv", *rows))
    assert [row.complaint.reference_id for row in reading.rows] == [
        *("1", "2", "3", "1 (2024-02)", "2 (2024-02)", "3 (2024-02)"),
        *("1 (2024-03)", "2 (2024-03)", "3 (2024-03)"),
    ]
    assert (reading.left_out, reading.told_apart) == ([], {"month": 6})


def test_a_revised_text_is_still_one_complaint_and_the_newer_row_wins(tmp_path: Path) -> None:
    file = _numbered(tmp_path / "a.csv", ("1", "01-01-2024", _MATTERS[0]), ("1", "01-01-2024", f"{_MATTERS[0]} pak"))
    reading = _read(file)
    assert [row.complaint.text for row in reading.rows] == [f"{_MATTERS[0]} pak"]
    assert not reading.told_apart


def test_without_different_months_the_file_tells_complaints_apart_and_then_the_text(tmp_path: Path) -> None:
    first = _numbered(tmp_path / "utara.csv", ("1", "01-01-2024", _MATTERS[0]))
    second = _numbered(tmp_path / "selatan.csv", ("1", "02-01-2024", _MATTERS[1]))
    assert {row.complaint.reference_id for row in _read(first, second).rows} in (
        {"1", "1 (selatan.csv)"},
        {"1", "1 (utara.csv)"},
    )
    both = _numbered(tmp_path / "a.csv", ("1", "01-01-2024", _MATTERS[0]), ("1", "02-01-2024", _MATTERS[1]))
    assert _read(both).told_apart == {"day": 1}
    same_day = _numbered(tmp_path / "b.csv", ("1", "01-01-2024", _MATTERS[0]), ("1", "01-01-2024", _MATTERS[1]))
    assert _read(same_day).told_apart == {"text": 1}
    assert len(_read(both, both).rows) == 2


def test_a_blank_date_column_is_an_absent_one(tmp_path: Path) -> None:
    rows = zip(("1", "2", "3"), ("", "-", "NULL"), _MATTERS, strict=True)
    reading = _read(_numbered(tmp_path / "a.csv", *rows))
    assert (reading.in_order_of_file, reading.has_blank_dates, reading.left_out) == (True, True, [])
    assert [row.complaint.text for row in reading.rows] == list(_MATTERS)


def test_a_column_with_one_date_is_a_date_column(tmp_path: Path) -> None:
    reading = _read(_numbered(tmp_path / "a.csv", ("1", "29-05-2024", _MATTERS[0]), ("2", "", _MATTERS[1])))
    assert (reading.in_order_of_file, reading.reasons()) == (False, {"no date": 1})


def test_the_order_of_dates_is_judged_and_said_for_each_file(tmp_path: Path) -> None:
    american = _numbered(tmp_path / "us.csv", ("1", "05/06/2024", _MATTERS[0]), ("2", "05/29/2024", _MATTERS[1]))
    reading = _read(
        american, _numbered(tmp_path / "id.csv", ("3", "05/06/2024", _MATTERS[2]), ("4", "29/05/2024", "a"))
    )
    assert {row.complaint.reference_id: f"{row.received_at:%d %m}" for row in reading.rows} == {
        "1": "06 05",
        "2": "29 05",
        "3": "05 06",
        "4": "29 05",
    }
    assert [(said.file, said.notice.code) for said in reading.date_notices] == [("us.csv", "exports.dates-month-first")]


def test_unreadable_dates_are_kept_as_written(tmp_path: Path) -> None:
    reading = _read(_numbered(tmp_path / "a.csv", ("1", "29-05-2024", _MATTERS[0]), ("2", "minggu lalu", _MATTERS[1])))
    assert [(row.row, row.date) for row in reading.unread_dates()] == [(3, "minggu lalu")]


def test_of_several_units_in_a_cell_the_first_is_learned_and_the_others_are_copies(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        "isi laporan|unit|tanggal",
        f"{_MATTERS[0]}|Dinas A|2024-01-01",
        f"{_MATTERS[1]}|Dinas A / Dinas B|2024-01-02",
    ]
    path.write_text("\n".join([*lines, f"{_MATTERS[2]}|Dinas B|2024-01-03"]), encoding="utf-8")
    reading = _read(path)
    assert [(row.unit, row.copies) for row in reading.rows] == [
        ("Dinas A", ()),
        ("Dinas A", ("Dinas B",)),
        ("Dinas B", ()),
    ]
    assert [str(notice)[:24] for notice in reading.files[0].adjustments] == ["1 rows name several unit"]


def test_every_sheet_is_counted_and_the_sheets_without_complaints_are_named_once(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "isi", "opd", "tanggal"], ["1", "lampu mati", "Dinas A", "2024-05-29"]]
    path = workbook(tmp_path / "a.xlsx", Mei=rows, Rekap=[["Bulan", "Jumlah"], ["Mei", 1]], Juni=rows)
    reading = read_exports([path], columns={}, timezone="Asia/Jakarta")
    assert [(file.sheet, file.rows) for file in reading.files] == [("Mei", 1), ("Juni", 1)]
    assert [list(map(str, file.adjustments)) for file in reading.files] == [
        ["Not read, since they hold no complaints: Rekap."],
        [],
    ]
