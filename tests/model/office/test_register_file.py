"""A unit or category reworded in the office's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model.errors import UnitsFileInvalid
from model.office.categories import Category, read_categories
from model.office.register_file import Wording, reworded, save_category, save_unit
from model.office.units import Unit, Units, read_units

if TYPE_CHECKING:
    from pathlib import Path

NEW = Wording("Dinas Kafé", ("DK", "Dinas Warung"), "izin usaha, jam buka")


def test_a_reworded_row_leaves_the_rest_of_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    before = 'id;catatan;name;description\r\n"kafe";"x";Dinas Warung;lama\r\nlain;"tetap";Dinas Lain;\r\n'
    path.write_bytes(before.encode("windows-1252") + "é;é;Dinas É;\r\n".encode("windows-1252"))
    save_unit(path, Unit("kafe", "Dinas Warung"), NEW)
    lines = path.read_bytes().decode("windows-1252").split("\r\n")
    assert lines == [
        "id;catatan;name;description;abbreviations",
        'kafe;x;Dinas Kafé;izin usaha, jam buka;"DK;Dinas Warung"',
        'lain;"tetap";Dinas Lain;',
        "é;é;Dinas É;",
        "",
    ]


def test_a_unit_without_a_row_gets_one_and_a_missing_file_begins_with_it(tmp_path: Path) -> None:
    path = tmp_path / "kantor" / "units.csv"
    save_unit(path, Unit("kafe", "Dinas Warung", family="Dinas", area="kafe"), NEW)
    save_unit(path, Unit("lain", "Dinas Lain"), Wording("Dinas Lain", (), "=1+1"))
    units = read_units(path)
    assert [(unit.id, Wording.of(unit)) for unit in units] == [
        ("kafe", NEW),
        ("lain", Wording("Dinas Lain", (), "=1+1")),
    ]
    assert units["kafe"].family == "Dinas"


def test_a_category_is_reworded_under_indonesian_headers(tmp_path: Path) -> None:
    path = tmp_path / "categories.csv"
    path.write_text("id,nama,uraian\nk1,Jalan,lama\n", encoding="utf-8")
    save_category(path, Category("k1", "Jalan"), Wording("Jalan", (), "jalan berlubang"))
    assert path.read_text(encoding="utf-8") == "id,nama,uraian\nk1,Jalan,jalan berlubang\n"
    assert read_categories(path)["k1"].description == "jalan berlubang"


def test_a_broken_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(UnitsFileInvalid):
        save_unit(path, Unit("kafe", "Dinas Warung"), NEW)
    assert path.read_text(encoding="utf-8") == ""


def test_a_renamed_unit_keeps_its_old_name_and_no_other_units_name_is_taken() -> None:
    units = Units([Unit("kafe", "Dinas Warung"), Unit("lain", "Dinas Lain", abbreviations=("DL",))])
    assert Wording("Dinas Kafé").keeping("Dinas Warung").abbreviations == ("Dinas Warung",)
    assert Wording("DINAS WARUNG").keeping("Dinas Warung").abbreviations == ()
    assert NEW.names_taken(units, "kafe") == []
    assert Wording("Dinas Kafé", ("dl",)).names_taken(units, "kafe") == ["dl"]
    assert reworded(units, "kafe", NEW).find("DK") is not None
