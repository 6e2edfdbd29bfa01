"""A history replayed in order of time, with officers who err."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from model.office.units import Units
from pilah import app
from training.errors import HistoryUnusable
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe
from training.simulation.officers import Plan, replay

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2024, 1, 1)  # noqa: DTZ001 - exports have no offset
TOPICS = (
    ("Dinas Perhubungan", "Lampu", "lampu jalan padam gelap"),
    ("Dinas Lingkungan Hidup", "Sampah", "sampah bau menumpuk"),
    ("Dinas Sosial", "Bantuan", "bantuan sosial belum cair"),
)
LATE = ("Dinas Damkar", "Kebakaran", "kebakaran asap tebal")


def _row(n: int, topic: tuple[str, str, str]) -> LabelledComplaint:
    unit, category, text = topic
    complaint = Complaint(f"{text} mawar {n % 11}", reference_id=str(n), received_at=START + timedelta(days=n))
    return LabelledComplaint(complaint, unit, category)


def _history() -> list[LabelledComplaint]:
    """120 days, one complaint each; a fourth unit begins after the half."""
    return [_row(n, LATE if n > 64 and n % 4 == 3 else TOPICS[n % 3]) for n in range(120)]


@pytest.fixture(scope="module")
def rows() -> list[LabelledComplaint]:
    return _history()


def test_a_replay_is_the_same_every_time(rows: list[LabelledComplaint]) -> None:
    plan = Plan(days=14, errors=(0.2,), seed=3)
    assert replay(rows, Units([]), Recipe(), plan) == replay(rows, Units([]), Recipe(), plan)


def test_the_line_that_never_learns_is_a_plain_evaluation(rows: list[LabelledComplaint]) -> None:
    frozen = replay(rows, Units([]), Recipe(), Plan(days=28, errors=())).runs[0]
    start, stream = rows[:60], rows[60:]
    ranking, units = fit_ranking(start, Units([]), Recipe())
    plain = evaluate(assemble("", ranking, units, Outcomes([], []), Recipe(), start), stream, start)
    assert plain.unit is not None
    assert plain.category is not None
    assert (frozen.share(), frozen.top_3, frozen.category_share) == pytest.approx(
        (plain.unit.top_1, plain.unit.top_3, plain.category.top_1)
    )


def test_a_unit_that_appears_on_the_way_is_learned_and_never_by_the_frozen_model(
    rows: list[LabelledComplaint],
) -> None:
    frozen, learning = replay(rows, Units([]), Recipe(), Plan(days=7, errors=(0.0,))).runs
    assert frozen.share(new_only=True) == 0
    assert (learning.share(new_only=True) or 0) > 0.7


def test_an_officer_who_always_follows_teaches_nothing_but_the_models_own_answer(
    rows: list[LabelledComplaint],
) -> None:
    frozen, following = replay(rows, Units([]), Recipe(), Plan(days=7, errors=(1.0,))).runs
    assert following.share(new_only=True) == frozen.share(new_only=True) == 0
    assert sum(row.slipped for row in following.answers) == sum(row.unit_right is False for row in following.answers)


def test_returned_rows_are_neither_scored_nor_taught_as_right(rows: list[LabelledComplaint]) -> None:
    spoiled = [replace(row, returned=True) if n % 5 == 0 else row for n, row in enumerate(rows)]
    line = replay(spoiled, Units([]), Recipe(), Plan(days=28, errors=())).runs[0]
    assert sum(row.unit_right is None for row in line.answers) == 12


def test_too_short_a_history_is_refused_in_a_sentence(rows: list[LabelledComplaint]) -> None:
    with pytest.raises(HistoryUnusable, match="10 rows before the stream"):
        replay(rows[:20], Units([]), Recipe())


def test_the_command_writes_curve_and_figures_without_any_text(tmp_path: Path) -> None:
    source = tmp_path / "riwayat.csv"
    lines = [f"{row.received_at:%Y-%m-%d};{row.complaint.text};{row.unit};{row.category}" for row in _history()]
    source.write_text("tanggal;isi;unit;kategori\n" + "\n".join(lines), encoding="utf-8")
    arguments = ["replay", str(source), "--office", "uji", "--home", str(tmp_path / "home"), "--days", "28"]
    result = CliRunner().invoke(app, [*arguments, "--error", "0.1", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert set(written) == {"replay.svg", "replay.csv", "replay.json"}
    assert not [name for name, text in written.items() if "mawar" in text]
    ET.fromstring(written["replay.svg"])  # noqa: S314 - our own
    assert [line["officer_error"] for line in json.loads(written["replay.json"])["lines"]] == [None, 0.1]
    assert not (tmp_path / "home" / "models").exists()
