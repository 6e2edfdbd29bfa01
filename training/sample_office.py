"""The sample offices, trained on the spot so that a newcomer has something to look at."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.resources import as_file
from typing import TYPE_CHECKING

import data
from training.dataset.read import read_exports
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from model.history.rows import LabelledComplaint
    from model.versions.office_home import Office
    from training.pipeline import Trained


def train_sample(office: Office, *, newest_left_out: int = 0) -> Trained:
    """Train a sample office from the files shipped with Pilah; units.csv, categories.csv and office.toml are copied to its folder.

    The `newest_left_out` rows stay out of the training: the demonstration shows them as waiting complaints.
    """
    with as_file(data.sample_office(office.name)) as folder:
        office.own_folder.mkdir(parents=True, exist_ok=True)
        for name in ("units.csv", "categories.csv", "office.toml"):
            if not (office.own_folder / name).exists():
                shutil.copyfile(folder / name, office.own_folder / name)
        reading = read_exports(
            [folder / "complaints.csv"], columns={}, timezone="Asia/Jakarta", categories=office.categories()
        )
    # The rows are in order of time.
    return train(office, replace(reading, rows=reading.rows[: len(reading.rows) - newest_left_out]), Recipe())


def sample_rows(name: str) -> list[LabelledComplaint]:
    """The rows of a sample office, in order of time."""
    with as_file(data.sample_office(name)) as folder:
        return read_exports([folder / "complaints.csv"], columns={}, timezone="Asia/Jakarta").rows
