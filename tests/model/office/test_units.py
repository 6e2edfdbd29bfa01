from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from model.errors import UnitsFileInvalid
from model.office.units import Unit, Units, read_units

if TYPE_CHECKING:
    from pathlib import Path


def test_a_unit_is_found_by_any_of_its_names() -> None:
    units = Units([Unit("dishub", "Dinas Perhubungan", abbreviations=("Dis. Hub",))])
    assert all(units.find(name) is not None for name in ("dishub", "DINAS  PERHUBUNGAN", "dis hub"))


def test_a_unit_exists_through_its_last_day() -> None:
    unit = Unit("lama", "Kementerian Lama", valid_to=date(2024, 10, 20))
    assert unit.valid_on(date(2024, 10, 20))
    assert not unit.valid_on(date(2024, 10, 21))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,A,\na,B,\n", "row 3: the id 'a' stands there twice"),
        (",A,\n", "row 2: id or name is blank"),
        ("a,A,20-10-2024\n", "'20-10-2024' is no date"),
    ],
)
def test_a_units_file_that_contradicts_itself_says_where(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text("id,name,valid_to\n" + rows, encoding="utf-8")
    with pytest.raises(UnitsFileInvalid, match=message):
        read_units(path)


def test_a_unit_keeps_the_line_ends_within_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text('id,name,description\na,A,"jalan,\nlampu"\nb,B,air\u2028bersih\n', encoding="utf-8")
    assert [unit.description for unit in read_units(path)] == ["jalan,\nlampu", "air\u2028bersih"]


def test_successors_are_in_charge_of_a_closed_unit_and_predecessors_of_a_future_unit() -> None:
    units = Units(
        [
            Unit("lama", "Kementerian Lama", valid_to=date(2024, 10, 20), replaced_by=("a", "b")),
            Unit("a", "Kementerian A", valid_from=date(2024, 10, 21)),
            Unit("b", "Kementerian B", valid_from=date(2024, 10, 21)),
            Unit("tutup", "Kantor Tutup", valid_to=date(2024, 1, 1)),
        ]
    )
    assert units.in_charge_of("lama", date(2024, 10, 20)) == ["lama"]
    assert units.in_charge_of("lama", date(2024, 10, 21)) == ["a", "b"]
    assert units.in_charge_of("a", date(2024, 5, 1)) == ["lama"]
    assert units.in_charge_of("tutup", date(2024, 5, 1)) == []
