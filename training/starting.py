"""An office's first version from its own files alone: the units and categories by name and description."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.exports.open import open_writer
from data.files import written_file
from model.errors import PilahError
from model.office.categories import COLUMNS, as_rows, national_categories, read_categories
from model.office.units import read_units
from training.dataset.read import Reading
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from model.versions.office_home import Office
    from training.pipeline import Trained

NATIONAL = "national"


def start_office(office: Office, *, by: str = "", signing_key: str = "") -> Trained:
    """Train without rows, on the units.csv and categories.csv of the office's folder.

    Raises:
        HistoryUnusable: neither file lists anything.
        UnitsFileInvalid, CategoriesFileInvalid: a file contradicts itself.
    """
    return train(office, Reading(), Recipe(), without_rows=True, by=by, signing_key=signing_key)


def copy_units(office: Office, source: Path) -> None:
    """Make a valid units.csv the office's own.

    Raises:
        UnitsFileInvalid: the file can't be understood.
        PilahError: the office has another units.csv.
    """
    read_units(source)
    _copy(source, office.units_file)


def copy_categories(office: Office, source: str) -> None:
    """Make a valid categories.csv the office's own, or the tree of SP4N-LAPOR! for "national".

    Raises:
        CategoriesFileInvalid: the file can't be understood.
        PilahError: the office has another categories.csv.
    """
    if source != NATIONAL:
        read_categories(Path(source))
        _copy(Path(source), office.categories_file)
        return
    _require_room(office.categories_file)
    office.own_folder.mkdir(parents=True, exist_ok=True)
    with open_writer(office.categories_file, COLUMNS) as writer:
        for row in as_rows(national_categories()):
            writer.write(dict(row))


def _copy(source: Path, target: Path) -> None:
    content = source.read_bytes()
    if target.is_file() and target.read_bytes() == content:
        return
    _require_room(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_file(target) as file:
        file.write(content)


def _require_room(target: Path) -> None:
    """Refuse to replace a file that the office may have edited."""
    if target.is_file():
        raise PilahError("commands.office-file-there", path=target)
