"""Units and categories as people type and paste them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.messages import Language
from model.office.pasted_lists import PastedList, read_pasted_categories, read_pasted_units
from model.office.units import read_units

if TYPE_CHECKING:
    from pathlib import Path


def _names(pasted: PastedList) -> list[str]:
    return [row["name"] for row in pasted.rows]


def test_one_name_a_line_may_hold_commas_and_numbering() -> None:
    pasted = read_pasted_units(
        "1. Dinas Kesehatan\n\n2. Dinas Perumahan, Permukiman, dan Pertanahan\n- Kelurahan Sukamaju\n"
    )
    assert _names(pasted) == ["Dinas Kesehatan", "Dinas Perumahan, Permukiman, dan Pertanahan", "Kelurahan Sukamaju"]
    assert pasted.rows[0]["id"] == "dinas-kesehatan"
    assert not pasted.problems


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize("header", ["", "Nama Unit{0}Singkatan{0}Uraian\n"])
def test_cells_of_a_spreadsheet_are_read_with_and_without_a_header(separator: str, header: str) -> None:
    line = separator.join(("{}", "{}", "{}")) + "\n"
    text = (
        header.format(separator) + line.format("Dinas PU", "DPU", "jalan") + line.format("Dinas Sosial", "", "bansos")
    )
    pasted = read_pasted_units(text)
    assert _names(pasted) == ["Dinas PU", "Dinas Sosial"]
    assert pasted.rows[0]["abbreviations"] == "DPU"
    assert pasted.rows[1]["description"] == "bansos"
    assert pasted.has_header is bool(header)


def test_doubles_and_blank_names_are_left_out_and_named_by_their_line() -> None:
    pasted = read_pasted_units("nama\turaian\nDinas PU\tjalan\n\tair\nDINAS  PU\tlampu\n")
    assert _names(pasted) == ["Dinas PU"]
    told = [problem.told_in(Language.INDONESIAN) for problem in pasted.problems]
    assert told == [
        "Baris 3 tidak memuat nama, jadi tidak ikut.",
        "Baris 4: DINAS PU sudah ada di baris 2, jadi baris 4 tidak ikut.",
    ]


def test_an_offices_own_file_keeps_ids_and_columns(tmp_path: Path) -> None:
    text = 'id,name,abbreviations,description,lain\nd-2,Dinas PU,"pu;dpu","jalan, =jembatan",x\n,D 2,,,\nd-2,Lain,,,\n'
    pasted = read_pasted_units(text)
    assert [row["id"] for row in pasted.rows] == ["d-2", "d-2-2"]
    assert pasted.unknown == ("lain",)
    assert len(pasted.problems) == 1
    path = tmp_path / "units.csv"
    path.write_bytes(pasted.as_csv())
    unit = read_units(path)["d-2"]
    assert unit.abbreviations == ("pu", "dpu")
    assert unit.description == "jalan, =jembatan"


def test_a_formula_is_disarmed_in_the_file_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(read_pasted_units("nama;uraian\nDinas PU;=1+1\n").as_csv())
    assert b"'=1+1" in path.read_bytes()
    assert read_units(path)["dinas-pu"].description == "=1+1"


def test_the_separator_can_be_said() -> None:
    assert _names(read_pasted_units("Dinas A;B\nDinas C;D", "")) == ["Dinas A;B", "Dinas C;D"]


def test_a_column_of_numbers_before_the_names_is_skipped() -> None:
    assert _names(read_pasted_units("1\tDinas A\n2\tDinas B\n")) == ["Dinas A", "Dinas B"]


def test_a_quote_without_a_partner_loses_no_line() -> None:
    assert len(read_pasted_units('Dinas "A\nDinas B\nDinas C').rows) == 3


def test_categories_of_one_name_may_stand_below_two_parents() -> None:
    pasted = read_pasted_categories("kategori;induk\nLainnya;Jalan\nLainnya;Air\nLainnya;Air\n")
    assert [row["parent"] for row in pasted.rows] == ["Jalan", "Air"]
    assert len(pasted.problems) == 1


def test_an_empty_list_has_no_rows() -> None:
    assert not read_pasted_units(" \n\n").rows
