"""The log of promotions: what took effect, whenever a process died."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.errors import ArtifactMissing
from model.versions.office_home import Office
from model.versions.promotions import (
    Action,
    champion_changes,
    champion_locked,
    change_champion,
    log_file,
    make_first_champion,
    previous_version,
)

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = (f"2026010{n}-000000-aaaaaa" for n in (1, 2, 3))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office with three versions, none of which answers yet."""
    place = Office(tmp_path, "uji")
    for version in (A, B, C):
        (place.versions_folder / version).mkdir(parents=True)
    return place


def _promote(office: Office, version: str) -> None:
    change_champion(office, version, Action.PROMOTE, by="rani")


def _roll_back(office: Office) -> None:
    change_champion(office, previous_version(office) or "", Action.ROLLBACK, by="rani")


def test_each_rollback_takes_one_promotion_back(office: Office) -> None:
    make_first_champion(office, A, "rani")
    _promote(office, B)
    _promote(office, C)
    _roll_back(office)
    assert office.champion() == B
    _roll_back(office)
    assert (office.champion(), previous_version(office)) == (A, None)


def test_after_a_rollback_the_next_promotion_is_taken_back_to_where_it_began(office: Office) -> None:
    make_first_champion(office, A, "")
    _promote(office, B)
    _roll_back(office)
    _promote(office, C)
    assert previous_version(office) == A


def test_who_when_and_why_are_kept(office: Office) -> None:
    make_first_champion(office, A, "rani")
    change_champion(office, B, Action.PROMOTE, by="budi", reason="unit baru", findings=["lebih buruk"], forced=True)
    last = champion_changes(office)[-1]
    assert (last.before, last.version, last.by, last.reason, last.forced) == (A, B, "budi", "unit baru", True)
    assert last.at.endswith("+00:00")


def test_a_change_that_died_before_it_took_effect_is_none(office: Office) -> None:
    make_first_champion(office, A, "")
    _promote(office, B)
    office.set_champion(A)  # as if the process had died between the log and the champion file
    assert [entry.version for entry in champion_changes(office)] == [A]
    _promote(office, C)
    assert [entry.version for entry in champion_changes(office)] == [A, C]
    assert previous_version(office) == A


def test_half_a_line_is_no_entry_and_the_next_one_is_whole(office: Office) -> None:
    make_first_champion(office, A, "")
    with log_file(office).open("ab") as file:
        file.write(b'{"at": "2026-01-0')
    _promote(office, B)
    assert [entry.version for entry in champion_changes(office)] == [A, B]


def test_a_champion_written_by_hand_is_followed_by_a_rollback_to_what_answered_before(office: Office) -> None:
    make_first_champion(office, A, "")
    _promote(office, B)
    office.set_champion(C)
    assert previous_version(office) == B


def test_the_first_version_answers_and_a_second_does_not_take_its_place(office: Office) -> None:
    assert make_first_champion(office, A, "")
    assert not make_first_champion(office, B, "")
    assert office.champion() == A


def test_a_version_that_is_not_there_is_refused_before_anything_is_logged(office: Office) -> None:
    with pytest.raises(ArtifactMissing), champion_locked(office):
        _promote(office, "20270101-000000-ffffff")
    assert not log_file(office).exists()


@settings(max_examples=25)
@example(reason="lihat\u2028catatan\x85rapat\x0b", cut=5, steps=[B, C, ""])
@given(
    reason=st.text(max_size=200), cut=st.integers(0, 400), steps=st.lists(st.sampled_from((A, B, C, "")), max_size=8)
)
def test_no_reason_and_no_torn_line_hides_another_entry(
    tmp_path_factory: pytest.TempPathFactory, reason: str, cut: int, steps: list[str]
) -> None:
    place = Office(tmp_path_factory.mktemp("home"), "uji")
    for version in (A, B, C):
        (place.versions_folder / version).mkdir(parents=True)
    make_first_champion(place, A, "")
    answered = [A]
    for step in steps:
        if not step and len(answered) > 1:
            assert previous_version(place) == answered[-2]
            answered.pop()
            change_champion(place, answered[-1], Action.ROLLBACK, by="", reason=reason)
        elif step and step != answered[-1]:
            answered.append(step)
            change_champion(place, step, Action.PROMOTE, by="", reason=reason)
    torn = json.dumps({"at": "x", "reason": reason}).encode()[: cut + 1]
    with log_file(place).open("ab") as file:
        file.write(torn)
    assert place.champion() == answered[-1]
    assert previous_version(place) == (answered[-2] if len(answered) > 1 else None)
