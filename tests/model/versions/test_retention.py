"""Deleted versions: a year of weekly ones is kept small, and what is needed stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from model.versions.office_home import Office
from model.versions.promotions import Action, change_champion, previous_version
from model.versions.retention import remove_superfluous, removed_versions

if TYPE_CHECKING:
    from pathlib import Path

_FIRST = date(2026, 1, 4)


def _make(office: Office, week: int) -> str:
    version = f"{_FIRST + timedelta(weeks=week):%Y%m%d}-010000-aaaaaa"
    (office.versions_folder / version).mkdir(parents=True)
    office.history_of(version).mkdir(parents=True)
    return version


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, "uji")


def test_a_year_of_weekly_versions_leaves_a_handful(office: Office) -> None:
    by_hand = _make(office, 0)
    change_champion(office, by_hand, Action.FIRST, by="rani")
    own: set[str] = set()
    for week in range(1, 53):
        version = _make(office, week)
        own.add(version)
        change_champion(office, version, Action.PROMOTE, by="pilah")
        remove_superfluous(office, own, newest=4, months=12)
    versions = office.versions()
    assert by_hand in versions
    assert len(versions) <= 18
    assert len({version[:6] for version in versions}) >= 12
    assert [path.name for path in office.history_folders()[1:]] == versions
    assert {entry.version for entry in removed_versions(office)} == own - set(versions)


def test_the_champion_and_the_version_before_stay_however_old(office: Office) -> None:
    versions = [_make(office, week) for week in range(8)]
    for version in versions[:2]:
        change_champion(office, version, Action.PROMOTE, by="pilah")
    removed = remove_superfluous(office, set(versions), newest=1, months=0, needed=[versions[4]])
    assert removed == [versions[2], versions[3], versions[5], versions[6]]
    assert previous_version(office) == versions[0]


def test_a_version_that_a_person_trained_is_never_removed(office: Office) -> None:
    versions = [_make(office, week) for week in range(6)]
    assert remove_superfluous(office, {versions[1]}, newest=1, months=0) == [versions[1]]


def test_a_rollback_passes_over_a_removed_version(office: Office) -> None:
    versions = [_make(office, week) for week in range(4)]
    for version in versions:
        change_champion(office, version, Action.PROMOTE, by="pilah")
    remove_superfluous(office, {versions[1]}, newest=1, months=0)
    change_champion(office, previous_version(office) or "", Action.ROLLBACK, by="rani")
    assert office.champion() == versions[2]
    assert previous_version(office) == versions[0]
