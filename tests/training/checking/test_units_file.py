"""Confirmed spellings in an office's units.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model.errors import UnitsFileInvalid
from model.office.units import read_units
from training.checking.units_file import AddedSpellings, add_spellings
from training.dataset.corrections import Label, Merge

if TYPE_CHECKING:
    from pathlib import Path

# As Excel saves it in Indonesia.
_UNITS = "id;name;abbreviations;catatan\r\nu1;Dinas Pekerjaan Umum;PU;café\r\ndinsos;Dinas Sosial;;\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_bytes(_UNITS.encode("cp1252"))
    return path


def test_a_spelling_joins_its_unit_and_everything_else_stays(path: Path) -> None:
    merges = [Merge(Label.UNIT, "DPU", "Dinas Pekerjaan Umum"), Merge(Label.UNIT, "PU", "Dinas Pekerjaan Umum")]
    assert add_spellings(path, merges) == AddedSpellings(added=1, new_units=0, known=1)
    assert path.read_bytes().decode("cp1252") == _UNITS.replace(";PU;", ';"PU;DPU";')
    unit = read_units(path).find("DPU")
    assert unit is not None
    assert unit.abbreviations == ("PU", "DPU")


def test_a_unit_without_a_row_gets_one(path: Path) -> None:
    assert add_spellings(path, [Merge(Label.UNIT, "Dishub", "Dinas Perhubungan")]).new_units == 1
    unit = read_units(path).find("Dishub")
    assert unit is not None
    assert (unit.id, unit.name) == ("dinas-perhubungan", "Dinas Perhubungan")


@pytest.mark.parametrize(
    ("name", "told"), [("Dinas Sosial", r"unit of its own there \(dinsos\)"), ("PU; Bina Marga", "semicolon")]
)
def test_a_spelling_that_cannot_be_added_leaves_the_file_alone(path: Path, name: str, told: str) -> None:
    merges = [
        Merge(Label.UNIT, "DPU", "Dinas Pekerjaan Umum"),
        Merge(Label.UNIT, name, "Dinas Pekerjaan Umum"),
    ]
    with pytest.raises(UnitsFileInvalid, match=told):
        add_spellings(path, merges)
    assert path.read_bytes().decode("cp1252") == _UNITS
