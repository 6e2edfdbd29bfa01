"""Suggestions for every row of a file."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.exports.open import open_exports
from model.complaint import Complaint
from model.office.rules import Rules
from model.office.units import Units
from model.versions.office_home import Office
from tests.data.exports.files import workbook
from training.batch.predict_file import added_columns, predict_file

if TYPE_CHECKING:
    from pathlib import Path


def test_predicted_rows_keep_order_and_columns(tmp_path: Path, sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion()
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "isi,status,unit_1\nlaporan polisi mandek,baru,x\n,lama,y\nsertifikat tanah ganda,baru,z\n", encoding="utf-8"
    )
    assert predict_file(router, source, target, columns={}, zone=ZoneInfo("Asia/Jakarta")).rows == 3
    with target.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["baru", "lama", "baru"]
    assert [row["unit_1"] for row in rows] == ["x", "y", "z"]
    assert rows[1]["status_saran"] == "error: no text"
    assert [name.removesuffix("_saran") for name in list(rows[0])[3:]] == list(added_columns(router))
    assert rows[0]["unit_1_saran"]


def test_what_is_known_of_a_row_ranks_the_rest(tmp_path: Path, sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion()
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    category = router.suggest(Complaint("laporan polisi mandek")).categories[1].name
    source.write_text(
        "isi,unit,given_unit,Kategori diketahui\n"
        "laporan polisi mandek,Ombudsman,,\n"
        "laporan polisi mandek,,Komnas HAM,\n"
        f'laporan polisi mandek,,,"{category}"\n'
        "laporan polisi mandek,,tidak ada,\n",
        encoding="utf-8",
    )
    predict_file(router, source, target, columns={}, zone=ZoneInfo("Asia/Jakarta"))
    with target.open(encoding="utf-8-sig") as file:
        own, unit_known, category_known, unknown = csv.DictReader(file)
    # A unit that the file has for its own purposes is no clue.
    assert own["unit_1"] == router.suggest(Complaint("laporan polisi mandek")).units[0].name
    assert (unit_known["unit_1"], unit_known["unit_1_confidence"], unit_known["unit_2"]) == ("Komnas HAM", "1", "")
    assert unit_known["category_3"]
    assert (category_known["category_1"], category_known["category_2"]) == (category, "")
    assert category_known["unit_3"]
    assert unknown["status"] == "error: given_unit names no unit of the office"


def test_a_row_counts_as_of_its_day_in_the_offices_timezone(tmp_path: Path, sample_home: Path) -> None:
    office = Office(sample_home, "kumham")
    model, _ = office.load_champion(precedents=False)
    name = model.suggest(Complaint("laporan polisi mandek")).units[0].name
    closing = [replace(unit, valid_to=date(2024, 12, 31)) if unit.name == name else unit for unit in model.units]
    router = model.for_office(Units(closing), Rules((), Units(closing)))
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("tanggal,isi\n2024-12-31T20:00:00Z,laporan polisi mandek\n", encoding="utf-8")
    first = {}
    for zone in ("UTC", "Asia/Jakarta"):
        predict_file(router, source, target, columns={}, zone=ZoneInfo(zone))
        with target.open(encoding="utf-8-sig") as file:
            first[zone] = next(csv.DictReader(file))["unit_1"]
    assert first["UTC"] == name
    assert first["Asia/Jakarta"] != name


def test_rows_without_a_readable_date_are_named_and_count_as_of_today(tmp_path: Path, sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    source = tmp_path / "in.csv"
    dates = ("05/29/2024", "", "-", "minggu lalu NIK 3578120506900001")
    rows = "".join(f"{day},laporan polisi mandek\n" for day in dates)
    source.write_text(f"tanggal,isi\n{rows}", encoding="utf-8")
    predicted = predict_file(router, source, tmp_path / "out.csv", columns={}, zone=ZoneInfo("Asia/Jakarta"))
    order, unread, blank = map(str, predicted.notices)
    assert order == 'Column "tanggal": 1 date(s) were read month first, since 1 of them fit no other way.'
    assert unread.startswith(
        '1 date(s) can\'t be read, so their rows count as of today: row 5 "minggu lalu NIK [NIK]".'
    )
    assert blank == "2 row(s) without a date count as of today."


def test_every_sheet_with_complaints_gets_suggestions_and_the_others_are_named(
    tmp_path: Path, sample_home: Path
) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    source = workbook(
        tmp_path / "in.xlsx",
        Rekap=[["Bulan", "Jumlah"], ["Januari", 2]],
        Januari=[["No", "Isi Laporan", "Tanggal"], [1, "laporan polisi mandek", date(2026, 1, 5)], [2, "", ""]],
        Februari=[["No", "Isi Laporan", "Tanggal"], [1, "sertifikat tanah ganda", date(2026, 2, 5)]],
    )
    target = tmp_path / "out.xlsx"
    predicted = predict_file(router, source, target, columns={}, zone=ZoneInfo("Asia/Jakarta"))
    assert predicted.by_sheet == {"Januari": 2, "Februari": 1}
    assert "Not read, since they hold no complaints: Rekap." in list(map(str, predicted.notices))
    january, february = open_exports(target)
    assert (january.sheet, february.sheet) == ("Januari", "Februari")
    first, second = january.rows()
    assert first.values["Tanggal"] == date(2026, 1, 5)
    assert first.values["unit_1"]
    assert (second.values["status"], second.values["unit_1"]) == ("error: no text", "")
    assert next(february.rows()).values["unit_1"]
