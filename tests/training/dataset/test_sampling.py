from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from model.complaint import Complaint
from model.history.rows import LabelledComplaint, read_history
from model.versions.artifact import read_card
from model.versions.office_home import Office
from pilah import app
from tests.training.histories import write_history_csv
from training.dataset.sampling import newest_rows
from training.dataset.split import by_time
from training.errors import HistoryUnusable
from training.evaluation.champion_baseline import BaselineModel, champion_baseline
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.report.report import FILE as REPORT

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - the history's dates have no offset


def _row(number: int, day: int, unit: str, category: str, *, returned: bool = False) -> LabelledComplaint:
    complaint = Complaint(f"pengaduan {number}", received_at=_FIRST_DAY + timedelta(days=day))
    return LabelledComplaint(complaint, unit=unit, category=category, returned=returned)


def _rows(drawn: list[tuple[int, str, str, bool]]) -> list[LabelledComplaint]:
    return [
        _row(number, day, unit, category, returned=returned)
        for number, (day, unit, category, returned) in enumerate(drawn)
    ]


# Days are few, so that rows tie; labels are few, so that they repeat, and may be missing.
_HISTORIES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["", *"ABCD"]), st.sampled_from(["", *"xyz"]), st.booleans()),
    max_size=60,
).map(_rows)


def _labels(row: LabelledComplaint) -> list[tuple[str, ...]]:
    named = [("unit", row.unit, str(row.returned)), ("category", row.category)]
    return [label for label in named if label[1]]


@given(_HISTORIES, st.integers(1, 70))
def test_as_many_rows_are_kept_as_may_be_and_in_their_order(rows: list[LabelledComplaint], most: int) -> None:
    kept = newest_rows(rows, most)
    assert len(kept) == min(most, len(rows))
    at = {id(row): position for position, row in enumerate(rows)}
    assert [at[id(row)] for row in kept] == sorted({at[id(row)] for row in kept})


@given(_HISTORIES)
def test_without_a_bound_every_row_is_kept(rows: list[LabelledComplaint]) -> None:
    assert newest_rows(rows, 0) == rows


@given(_HISTORIES, st.integers(1, 70))
def test_every_label_keeps_rows_where_there_is_room_for_one_of_each(rows: list[LabelledComplaint], most: int) -> None:
    labels = {label for row in rows for label in _labels(row)}
    if most >= len(labels):
        assert {label for row in newest_rows(rows, most) for label in _labels(row)} == labels


@given(_HISTORIES, st.integers(1, 70))
def test_of_two_rows_of_the_same_labels_the_newer_is_kept_first(rows: list[LabelledComplaint], most: int) -> None:
    kept = {id(row) for row in newest_rows(rows, most)}
    left = [(row.received_at, at, row) for at, row in enumerate(rows) if id(row) not in kept]
    held = [(row.received_at, at, row) for at, row in enumerate(rows) if id(row) in kept]
    for moment, at, row in left:
        older = [other for when, where, other in held if (when, where) < (moment, at)]
        assert not [other for other in older if _labels(other) == _labels(row)]


@given(_HISTORIES, st.integers(1, 70))
def test_what_is_among_the_newest_k_of_a_label_is_kept_for_the_largest_k_that_half_has_room_for(
    rows: list[LabelledComplaint], most: int
) -> None:
    kept = {id(row) for row in newest_rows(rows, most)}
    for k in range(1, len(rows) + 1):
        among = {id(row) for row in _among_newest(rows, k)}
        if len(among) > most // 2:
            break
        assert among <= kept


@given(_HISTORIES, st.integers(16, 70))
def test_the_newest_half_is_kept_whatever_its_labels(rows: list[LabelledComplaint], most: int) -> None:
    # Eleven labels at most (four units, taken and sent back, and three categories) leave at least five rows of 16.
    newest = sorted(enumerate(rows), key=lambda pair: (pair[1].received_at, pair[0]))[-min(most // 2, most - 11) :]
    kept = {id(row) for row in newest_rows(rows, most)}
    assert {id(row) for _, row in newest} <= kept


def _among_newest(rows: list[LabelledComplaint], k: int) -> list[LabelledComplaint]:
    met: Counter[tuple[str, ...]] = Counter()
    found = []
    for _, row in sorted(enumerate(rows), key=lambda pair: (pair[1].received_at, pair[0]), reverse=True):
        met.update(_labels(row))
        if any(met[label] <= k for label in _labels(row)):
            found.append(row)
    return found


def test_a_rare_unit_of_long_ago_is_learned_beside_the_newest_rows_of_a_frequent_one() -> None:
    rare = [_row(day, day, "Jarang", "k1") for day in range(2)]
    frequent = [_row(day, day, "Sering", "k2") for day in range(10, 100)]
    assert list(newest_rows([*rare, *frequent], 10)) == [*rare, *frequent[-8:]]


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """An office that learned from 60 rows of 120, by the command, and what the command said."""
    folder = tmp_path_factory.mktemp("bounded")
    export = write_history_csv(folder / "a.csv", 120)
    words = ["train", str(export), "--office", "uji", "--home", str(folder / "home"), "--max-rows", "60"]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0, outcome.output
    return Office(folder / "home", "uji"), outcome.output


def test_a_bounded_training_says_of_how_many_rows_it_learned(bounded: tuple[Office, str]) -> None:
    office, said = bounded
    card = read_card(office.versions_folder / office.versions()[0])
    report = (office.versions_folder / office.versions()[0] / REPORT).read_text(encoding="utf-8")
    assert "Learned from 60 of 120 rows: the newest, and the newest of each label" in said
    earlier = card["split"]["earlier"]
    assert earlier > 60
    assert f"after learning 60 of the {earlier} rows before them" in said
    assert (card["recipe"]["max_rows"], card["data"]["learned"], card["data"]["rows"]) == (60, 60, 120)
    assert card["split"]["learned"] == 60
    assert [point["learned"] for point in card["figures"]["learning_curve"]] == [round(earlier / 2), 60, 60]
    assert (
        "Dipelajari 60 dari 120 pengaduan: yang terbaru, termasuk yang terbaru dari tiap unit dan kategori." in report
    )
    assert f"setelah belajar dari 60 dari {earlier} pengaduan sebelumnya" in report


def test_a_bounded_training_keeps_every_row_as_past_complaint(bounded: tuple[Office, str]) -> None:
    office, _ = bounded
    assert len(read_history(office.history_folder)) == 120


def test_a_bounded_ranking_is_that_of_the_newest_rows_of_each_label(bounded: tuple[Office, str]) -> None:
    office, _ = bounded
    rows = read_history(office.history_folder)
    newest, _ = fit_ranking(newest_rows(rows, 60), office.units(), Recipe(max_rows=0))
    bound, _ = fit_ranking(rows, office.units(), Recipe(max_rows=60))
    every, _ = fit_ranking(rows, office.units(), Recipe(max_rows=0))
    asked = [row.complaint for row in rows]
    assert bound.rank_many(asked) == newest.rank_many(asked) != every.rank_many(asked)


def test_a_champion_is_refitted_with_its_own_bound(bounded: tuple[Office, str], tmp_path: Path) -> None:
    office, _ = bounded
    home = tmp_path / "home"
    shutil.copytree(office.home, home)
    again = Office(home, "uji")
    split = by_time(read_history(again.history_folder))
    baseline = champion_baseline(again, split, again.units(), again.categories(), Recipe(max_rows=0))
    assert baseline is not None
    assert (baseline.recipe.max_rows, baseline.measured) == (60, BaselineModel.OWN_ROWS)


def test_a_card_of_before_the_bound_is_one_without_bound() -> None:
    card = asdict(Recipe())
    del card["max_rows"]
    assert Recipe.from_card(card) == Recipe(max_rows=0)


def test_a_bound_below_the_number_of_labels_is_refused(tmp_path: Path) -> None:
    export = write_history_csv(tmp_path / "a.csv", 60)
    words = ["train", str(export), "--office", "uji", "--home", str(tmp_path / "home"), "--max-rows", "5"]
    outcome = CliRunner().invoke(app, words)
    assert isinstance(outcome.exception, HistoryUnusable)
    assert "6 labels" in str(outcome.exception)
