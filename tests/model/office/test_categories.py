"""The categories of an office: ids, names that tell them apart, and the office's own list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import data
from model.errors import CategoriesFileInvalid
from model.office.categories import (
    Categories,
    Category,
    as_rows,
    national_categories,
    read_categories,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_category_of_the_national_tree_keeps_id_and_parent() -> None:
    known = next(category for category in data.category_tree() if category.parent)
    (category,) = Categories().with_names([known.name.upper()])
    assert (category.id, category.parent) == (known.id, known.parent)


def test_other_categories_get_a_slug_and_spellings_of_a_name_are_one() -> None:
    categories = Categories().with_names(["Arsip/Kota!", "arsip kota", "???", "Arsip/Kota!"])
    assert categories.find("arsip kota") == categories.find("ARSIP KOTA") is not None
    assert sorted(category.id for category in categories) == ["arsip-kota", "kategori"]
    assert {category.parent for category in categories} == {""}


def test_a_new_name_never_takes_the_id_of_another_category() -> None:
    categories = Categories([Category("arsip-kota", "Arsip Daerah"), Category("9", "X")]).with_names(["Arsip - Kota 2"])
    assert [category.id for category in categories] == ["arsip-kota", "9", "arsip-kota-2"]


def test_ids_do_not_depend_on_the_order_of_the_rows() -> None:
    names = ["Arsip Kota", "arsip kota", "Parkir", "Parkir Liar"]
    assert list(Categories().with_names(names)) == list(Categories().with_names(names[::-1]))


def test_categories_of_one_name_are_told_apart_by_parent_or_else_by_id() -> None:
    categories = Categories(
        [
            Category("kes", "Kesehatan"),
            Category("kes-lain", "Lainnya", parent="kes"),
            Category("jalan-lain", "Lainnya", parent="Jalan"),
            Category("928", "Lainnya"),
            Category("parkir", "Parkir", parent="Jalan"),
        ]
    )
    shown = [categories.shown_name(category.id) for category in categories]
    assert shown == ["Kesehatan", "Kesehatan / Lainnya", "Jalan / Lainnya", "Lainnya (928)", "Parkir"]
    assert [getattr(categories.find(name), "id", None) for name in shown] == [category.id for category in categories]
    assert [alike.id for alike in categories.named("lainnya")] == ["kes-lain", "jalan-lain", "928"]
    assert [alike.id for alike in categories.named("Jalan / Lainnya")] == ["jalan-lain"]


def test_a_row_of_an_export_is_found_by_the_id_beside_the_name() -> None:
    categories = Categories([Category("928", "Lainnya", parent="A"), Category("930", "Lainnya", parent="B")])
    assert categories.find_row("Lainnya", "930") == categories["930"]
    assert categories.find_row("Nama Lama", "928") is None
    assert categories.find_row("B / Lainnya", "") == categories["930"]
    assert categories.find_row("Entah", "") is None


def test_categories_above_others_are_not_suggested_without_rows() -> None:
    assert "kesehatan" not in national_categories().suggestible()
    assert Categories([Category("a", "A"), Category("b", "B", parent="A")]).suggestible() == ["b"]


def test_a_category_says_its_names_parent_and_description() -> None:
    categories = Categories(
        [Category("pju", "Lampu", abbreviations=("PJU",), parent="Jalan", description="lampu jalan padam")]
    )
    assert categories.description_of("pju") == "Lampu PJU Jalan lampu jalan padam"


def test_a_categories_file_is_read_as_spreadsheets_save_it(tmp_path: Path) -> None:
    path = tmp_path / "categories.csv"
    path.write_text(
        "\ufeffID;Nama;Induk;Uraian;Sampai;replaced_by\r\n"
        "lama;Lampu Kota;;;2024-06-30;pju\r\npju;PJU;Jalan;lampu padam;;\r\n",
        encoding="utf-8",
    )
    categories = read_categories(path)
    assert categories["pju"] == Category("pju", "PJU", parent="Jalan", description="lampu padam")
    assert categories.in_charge_of("lama", date(2024, 6, 30)) == ["lama"]
    assert categories.in_charge_of("lama", date(2024, 7, 1)) == ["pju"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,A,,\na,B,,\n", "row 3: the id 'a' stands there twice"),
        (",A,,\n", "row 2: id or name is blank"),
        ("a,A,20-10-2024,\n", "row 2, column valid_to: '20-10-2024' is no date"),
        ("a,A,,b\n", "replaced_by"),
    ],
)
def test_a_categories_file_that_contradicts_itself_says_where(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "categories.csv"
    path.write_text("id,name,valid_to,replaced_by\n" + rows, encoding="utf-8")
    with pytest.raises(CategoriesFileInvalid, match=message):
        read_categories(path)


def test_the_rows_for_a_spreadsheet_are_read_back(tmp_path: Path) -> None:
    written = Categories([Category("a", "A", ("X", "Y"), "P", "uraian", date(2024, 1, 1), None, ("a",))])
    path = tmp_path / "categories.csv"
    (row,) = as_rows(written)
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    assert list(read_categories(path)) == list(written)
