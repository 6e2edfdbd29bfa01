"""Small invented histories for tests of training: one row a day, three units told apart by their words."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from training.dataset.read import read_exports
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.versions.office_home import Office
    from training.pipeline import Trained

TOPICS = {
    "Dinas Perhubungan": ("lampu jalan padam", "gelap", "tiang", "kabel", "trotoar"),
    "Dinas Lingkungan Hidup": ("sampah bau menumpuk", "got", "lalat", "bak", "selokan"),
    "Dinas Sosial": ("bantuan sosial belum", "beras", "kartu", "keluarga", "lansia"),
}
_FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - exports have no offset


def write_history_csv(
    path: Path, rows: int, *, first: int = 0, unit_of: Callable[[int, str], str] = lambda n, unit: unit
) -> Path:
    """`rows` complaints from day `first` on; `unit_of` says what a row's unit is called, or becomes."""
    chance = random.Random(first)  # noqa: S311 - words of an invented text
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "tanggal", "isi laporan", "instansi", "kategori"])
        for n in range(first, first + rows):
            unit, (topic, *words) = list(TOPICS.items())[n % 3]
            text = " ".join((topic, *chance.sample(words, 3), f"rt{chance.randrange(90)}", f"gang{n}"))
            day = _FIRST_DAY + timedelta(days=n)
            writer.writerow([f"LP{n}", f"{day:%d-%m-%Y}", text, unit_of(n, unit), f"K{n % 3}"])
    return path


def train_csv(office: Office, *paths: Path, recipe: Recipe | None = None) -> Trained:
    """Train an office on such files."""
    return train(office, read_exports(paths, columns={}, timezone="Asia/Jakarta"), recipe or Recipe(), by="rani")
