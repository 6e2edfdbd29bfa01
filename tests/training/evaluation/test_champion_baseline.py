"""The model that stands for the champion on the held-out slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from model.versions.artifact import ROUTER, read_card
from model.versions.office_home import Office
from tests.training.histories import train_csv, write_history_csv
from training.evaluation.promotion import NotPromoted, promote
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path


def test_a_champion_that_has_seen_the_slice_is_measured_by_its_recipe_on_its_own_rows(office: Office) -> None:
    _, second, spoiled = office.versions()
    measured = [_comparison(office, version)["measured"] for version in (second, spoiled)]
    assert measured == ["alike", "own_rows"]


def test_a_champion_older_than_the_slice_is_measured_itself(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    train_csv(office, write_history_csv(tmp_path / "old.csv", 90))
    later = train_csv(office, write_history_csv(tmp_path / "all.csv", 140), recipe=Recipe(acceptance_weight=1.0))
    assert _comparison(office, later.version)["measured"] == "itself"


def test_a_champion_that_cannot_be_trusted_is_not_compared_and_the_training_ends_all_the_same(
    office: Office, tmp_path: Path
) -> None:
    first = office.versions()[0]
    path = office.versions_folder / first / ROUTER
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    trained = train_csv(office, write_history_csv(tmp_path / "good.csv", 90))
    assert _comparison(office, trained.version)["measured"] == "not_at_all"
    with pytest.raises(NotPromoted, match="changed after training"):
        promote(office, trained.version, by="rani")


def _comparison(office: Office, version: str) -> dict[str, Any]:
    found: dict[str, Any] = read_card(office.versions_folder / version)["comparison"]
    return found
