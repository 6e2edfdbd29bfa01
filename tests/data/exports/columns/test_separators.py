"""Random files whose texts hold other separators without quotes: separator, header and every row are found."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from data.exports.open import open_export
from tests.data.exports.columns.tables import COMPLAINTS
from tests.data.exports.files import written

if TYPE_CHECKING:
    from pathlib import Path

_TEXTS = ("isi laporan", "Keluhan", "uraian_pengaduan", "keluhan_warga", "Permasalahan", "content")
_OTHERS = ("No", "Tanggal", "OPD", "Bidang", "Unit Layanan", "Catatan")
_ADDRESS = (
    "Jl. Mawar No 3",
    "Kelurahan Contoh",
    "Kecamatan Misal",
    "Kota Anu",
    "Provinsi Itu",
    "Lokasi",
    "Isi",
    "Tiket",
)
_TITLES: tuple[list[str], ...] = ([], [], ["LAPORAN PENGADUAN TAHUN 2024"], ["Rekap aduan", "", "Dicetak 01/02/2024"])


def _cell(header: str, row: int, chance: random.Random, inside: str) -> str:
    if header in _TEXTS:
        address = f" alamat{inside} " + f"{inside} ".join(chance.sample(_ADDRESS, chance.randrange(1, 7)))
        return chance.choice(COMPLAINTS).replace(",", "") + (address if chance.random() < 0.4 else "")
    written_cells = {"No": str(row), "Tanggal": f"{row % 28 + 1:02d}/03/2024", "Catatan": ""}
    return written_cells.get(header, f"Dinas {'ABCDE'[row % 5]}")


@pytest.mark.parametrize("seed", range(60))
def test_other_separators_in_the_text_change_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    separator, inside = chance.sample(";,|", 2)
    text, title, n_rows = chance.choice(_TEXTS), chance.choice(_TITLES), chance.choice((3, 5, 10, 40))
    headers = [text, *chance.sample(_OTHERS, chance.randrange(1, 4))]
    chance.shuffle(headers)
    rows = [[_cell(header, row, chance, inside) for header in headers] for row in range(n_rows)]
    path = written(tmp_path, "\n".join([*title, *(separator.join(cells) for cells in (headers, *rows))]) + "\n")
    export = open_export(path)
    assert (export.separator, export.header_row, export.columns["text"]) == (separator, len(title) + 1, text)
    assert [row.problem for row in export.rows()] == [None] * n_rows
