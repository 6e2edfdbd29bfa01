"""Suggestions for every row of a file."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from model.complaint import Complaint
from model.office.rules import Rules
from model.office.units import Units
from model.versions.office_home import Office
from training.batch.predict_file import ADDED_COLUMNS, predict_file

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
    assert [name.removesuffix("_saran") for name in list(rows[0])[3:]] == list(ADDED_COLUMNS)
    assert rows[0]["unit_1_saran"]


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
