"""Categories of one name, told apart by the id that an export writes beside the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.office.categories import NO_CATEGORIES, Categories, Category
from model.office.units import Units
from training.checking.check import check
from training.dataset.read import Reading, read_exports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LISTED = Categories(
    [
        Category("928", "Lainnya", parent="Jalan"),
        Category("930", "Lainnya", parent="Pasar"),
        Category("931", "Penerangan Jalan", parent="Jalan"),
        Category("932", "Pedagang", parent="Pasar"),
    ]
)


def _read(path: Path, rows: Sequence[tuple[str, str]], categories: Categories = NO_CATEGORIES) -> Reading:
    lines = ["Tracking ID;Tanggal Laporan Masuk;ID Kategori;Kategori;Isi Laporan Awal;Instansi Terdisposisi"]
    lines += [
        f"{n};{n + 1:02d} May 2023;{category_id};{name};lampu jalan padam nomor {n};Dinas {n % 2}"
        for n, (category_id, name) in enumerate(rows)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_exports([path], columns={}, timezone="Asia/Jakarta", categories=categories)


def _names(reading: Reading) -> list[str]:
    return [row.category for row in reading.rows]


def test_one_name_with_two_ids_is_two_categories(tmp_path: Path) -> None:
    rows = [("928.0", "Lainnya"), ("930.0", "Lainnya"), ("928.0", "Lainnya"), ("931.0", "Lampu"), ("", "Lampu")]
    assert _names(_read(tmp_path / "a.csv", rows)) == [
        "Lainnya (928)",
        "Lainnya (930)",
        "Lainnya (928)",
        "Lampu",
        "Lampu",
    ]


def test_the_offices_list_says_what_the_ids_mean_and_knows_old_names(tmp_path: Path) -> None:
    rows = [("928", "Lainnya"), ("930", "Lainnya"), ("931", "Lampu Kota"), ("932", "Pedagang"), ("940", "Baru")]
    names = _names(_read(tmp_path / "a.csv", rows, _LISTED))
    assert names == ["Jalan / Lainnya", "Pasar / Lainnya", "Penerangan Jalan", "Pedagang", "Baru"]
    assert [getattr(_LISTED.find(name), "id", "") for name in names] == ["928", "930", "931", "932", ""]


def test_ids_of_another_numbering_mean_nothing(tmp_path: Path) -> None:
    rows = [("931", "Pedagang"), ("932", "Penerangan Jalan"), ("930", "Baru")]
    assert _names(_read(tmp_path / "a.csv", rows, _LISTED)) == ["Pedagang", "Penerangan Jalan", "Baru"]


def test_numbers_of_the_complaints_tell_no_categories_apart(tmp_path: Path) -> None:
    rows = [(str(n), "Lampu") for n in range(6)]
    assert set(_names(_read(tmp_path / "a.csv", rows))) == {"Lampu"}


def test_the_check_names_rows_that_do_not_say_which_of_two_categories(tmp_path: Path) -> None:
    reading = _read(
        tmp_path / "a.csv", [("", "Lainnya"), ("", "lainnya"), ("", "Pedagang"), ("", "Pasar / Lainnya")], _LISTED
    )
    found = check(reading, Units([]), office_categories=_LISTED, doubts=False)
    assert [(one.name, one.rows, one.counts_for, one.others) for one in found.ambiguous_categories] == [
        ("Lainnya", 1, "Jalan / Lainnya", ("Pasar / Lainnya",)),
        ("lainnya", 1, "Jalan / Lainnya", ("Pasar / Lainnya",)),
    ]
