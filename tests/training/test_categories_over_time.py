"""Categories renamed, closed, split and new: history is read through categories.csv, with and without a new training."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from model.complaint import Complaint
from model.office.categories import Categories, Category
from model.office.units import Units
from model.suggestion import Status
from model.versions.office_home import Office
from tests.training.histories import train_csv, write_history_csv
from training.dataset.read import read_exports
from training.evaluation.predictions import predict
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from model.router import Router

# The histories run from 1 January 2024, a complaint a day; every change is later than all of them.
_DAYS = 150
_BEFORE, _LAST_DAY, _AFTER = date(2024, 4, 1), "2025-06-30", date(2025, 7, 1)
_LAMP, _WASTE = (Complaint(text) for text in ("lampu jalan padam gelap", "sampah bau menumpuk di got"))
_HEADER = "id,name,abbreviations,parent,description,valid_from,valid_to,replaced_by\n"
_OTHERS = "k1,K1,,,,,,\nk2,K2,,,,,,\n"


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office without a categories.csv, trained on the categories K0 (lamps), K1 (waste) and K2."""
    home = tmp_path_factory.mktemp("categories")
    train_csv(Office(home, "uji"), write_history_csv(home / "rows.csv", _DAYS))
    return home


@pytest.fixture
def office(trained_home: Path, tmp_path: Path) -> Office:
    """A copy, to be changed."""
    shutil.copytree(trained_home, tmp_path / "home")
    place = Office(tmp_path / "home", "uji")
    place.own_folder.mkdir(parents=True)
    return place


def _changed(office: Office, categories: str, *, train_again: bool) -> Router:
    office.categories_file.write_text(_HEADER + categories, encoding="utf-8")
    version = office.champion() or ""
    if train_again:
        version = train_csv(office, write_history_csv(office.home / "rows.csv", _DAYS)).version
    return office.load_version(version)[0]


def _names(router: Router, complaint: Complaint, today: date) -> list[str]:
    return [category.name for category in router.suggest(complaint, today=today).categories]


@pytest.mark.parametrize("train_again", [False, True])
def test_renamed_closed_and_new_categories(office: Office, train_again: bool) -> None:  # noqa: FBT001
    router = _changed(
        office,
        f"k0,Penerangan,K0,,,,,\nk1,K1,,,,,{_LAST_DAY},kebersihan\nkebersihan,Kebersihan,,,,2025-07-01,,\nk2,K2,,,,,,\n"
        "parkir,Parkir Liar,,,juru parkir karcis,,,\n",
        train_again=train_again,
    )
    # Renamed: the history under the old name is the category's own.
    assert _names(router, _LAMP, _AFTER)[0] == "Penerangan"
    assert "K0" not in _names(router, _LAMP, _AFTER)
    # Closed: before the last day itself, after it the successor and never the closed category.
    assert _names(router, _WASTE, _BEFORE)[0] == "K1"
    assert _names(router, _WASTE, _AFTER)[0] == "Kebersihan"
    assert "K1" not in _names(router, _WASTE, _AFTER)
    # New: suggested by its name and description, never as confident.
    suggestion = router.suggest(Complaint("juru parkir liar minta karcis"), today=_AFTER)
    assert suggestion.categories[0].name == "Parkir Liar"
    assert suggestion.category_status is not Status.CONFIDENT


def test_a_closed_category_without_successor_is_never_suggested(office: Office) -> None:
    router = _changed(office, f"k0,K0,,,,,{_LAST_DAY},\n{_OTHERS}", train_again=False)
    names = _names(router, _LAMP, _AFTER)
    assert names
    assert "K0" not in names


def test_a_row_of_a_closed_category_counts_for_the_category_in_charge_on_its_day(office: Office) -> None:
    router = _changed(office, f"k0,K0,,,,,2024-03-01,lampu\nlampu,Lampu,,,,2024-03-02,,\n{_OTHERS}", train_again=True)
    rows = read_exports([office.home / "rows.csv"], columns={}, timezone="Asia/Jakarta").rows
    lamps = [row for row in rows if row.category == "K0" and row.received_at.date() > date(2024, 3, 5)]
    predicted = predict(router, lamps).categories
    assert {row.right for row in predicted} == {"lampu"}
    assert all(row.first_right for row in predicted)


def test_two_categories_of_one_name_are_two_labels(office: Office) -> None:
    listed = Categories([Category("a", "Lainnya", parent="Jalan"), Category("b", "Lainnya", parent="Kebersihan")])
    names = {"K0": "Jalan / Lainnya", "K1": "Lainnya (b)", "K2": "K2"}
    read = read_exports([office.home / "rows.csv"], columns={}, timezone="Asia/Jakarta").rows
    rows = [replace(row, category=names[row.category]) for row in read]
    ranking, units = fit_ranking(rows, Units([]), Recipe(), listed)
    router = assemble("", ranking, units, Outcomes([], []), Recipe(), rows)
    assert _names(router, _LAMP, _BEFORE)[0] == "Jalan / Lainnya"
    assert _names(router, _WASTE, _BEFORE)[0] == "Kebersihan / Lainnya"
