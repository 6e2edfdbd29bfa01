"""Several units in one cell."""

from __future__ import annotations

import pytest

from model.office.several_units import units_in

_KNOWN = {
    "Dinas Perhubungan",
    "Dinas Sosial",
    "Dinas Pemuda dan Olahraga",
    "Bagian Umum/Protokol",
    "Satpol PP",
}


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("", []),
        ("Dinas Sosial", ["Dinas Sosial"]),
        ("Dinas Pemuda dan Olahraga", ["Dinas Pemuda dan Olahraga"]),
        ("Bagian Umum/Protokol", ["Bagian Umum/Protokol"]),
        ("Dinas Sosial; Dinas Lain", ["Dinas Sosial", "Dinas Lain"]),
        ("Dinas Sosial | Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Sosial/Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Sosial, Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Sosial dan Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Sosial\nSatpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Sosial,\nDinas Lain", ["Dinas Sosial", "Dinas Lain"]),
        ("1. Dinas Sosial\n2. Dinas Lain", ["Dinas Sosial", "Dinas Lain"]),
        ("1. Dinas Sosial 2. Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("- Dinas Sosial\n- Satpol PP", ["Dinas Sosial", "Satpol PP"]),
        ("Dinas Pekerjaan\nUmum", ["Dinas Pekerjaan Umum"]),
        ("Dinas Pariwisata, Seni dan Budaya", ["Dinas Pariwisata, Seni dan Budaya"]),
        ("Dinas Sosial; Dinas Sosial", ["Dinas Sosial"]),
        ("Polsek 3 Ilir", ["Polsek 3 Ilir"]),
    ],
)
def test_a_cell_is_split_where_its_parts_are_units(cell: str, units: list[str]) -> None:
    assert units_in(cell, _KNOWN.__contains__) == units
