"""The report for the head of the office: one file, in Indonesian, that tells what the card holds."""

from __future__ import annotations

import json
import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.indonesian import percent
from model.complaint import Complaint
from model.history.rows import LabelledComplaint, read_history
from model.versions.artifact import MANIFEST, read_card
from model.versions.office_home import Office
from tests.training.histories import train_csv, write_history_csv
from training.dataset.read import read_exports
from training.evaluation.curves import confusions, coverage, months, reliability
from training.evaluation.predictions import Prediction, RowPrediction
from training.evaluation.weak_units import find_weak_units
from training.fitting.recipe import Recipe
from training.pipeline import train
from training.report import charts
from training.report.report import FILE, REPLAY, render_report

if TYPE_CHECKING:
    from pathlib import Path

    from model.versions.artifact import Card

_VOID = {"meta", "br", "link", "img", "hr", "input"}
_HOSTILE = "<script>alert(1)</script> & \"Dinas\" 'X'"


class _Balance(HTMLParser):
    """Finds a tag that is closed without having been opened, or the other way round; and anything loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "link", "iframe", "img"} or any(
            name in {"src", "style"} and "url" in str(value) for name, value in attrs
        ):
            self.faults.append(f"<{tag}> loads or runs something")
        if tag not in _VOID and not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or ((self.get_starttag_text() or "").endswith("/>") and self.open[-1:] != [tag]):
            return
        if self.open[-1:] != [tag]:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


def _faults(report: str) -> list[str]:
    parser = _Balance()
    parser.feed(report)
    return [*parser.faults, *(f"<{tag}> is never closed" for tag in parser.open)]


@pytest.fixture(scope="module")
def sample(sample_home: Path) -> tuple[Office, Card, str]:
    """The sample office, its card and its report."""
    office = Office(sample_home, "kumham")
    folder = office.versions_folder / office.versions()[0]
    return office, read_card(folder), (folder / FILE).read_text(encoding="utf-8")


def test_the_report_is_one_file_that_loads_nothing_and_is_sealed(sample: tuple[Office, Card, str]) -> None:
    office, _, report = sample
    assert _faults(report) == []
    assert "http" not in report.replace('http-equiv="', "")
    assert '<html lang="id">' in report
    manifest = json.loads((office.versions_folder / office.versions()[0] / MANIFEST).read_text())
    assert FILE in manifest["sha256"]


def test_what_the_report_shows_is_in_the_card(sample: tuple[Office, Card, str]) -> None:
    _, card, report = sample
    for label in ("unit", "family", "category"):
        scores = card["evaluation"][label]
        for name in ("top_1", "top_3", "macro_f1", "majority"):
            assert percent(scores[name], 1) in report
    assert card["figures"]["coverage"]["unit"][-1]["precision"] == pytest.approx(card["evaluation"]["unit"]["top_1"])
    assert [point["learned"] for point in card["figures"]["learning_curve"]] == [200, 300, 400]
    assert card["comparison"] is None
    assert "Ini versi pertama" in report


def test_no_text_and_no_reference_of_a_confidential_complaint_is_in_the_report(
    sample: tuple[Office, Card, str],
) -> None:
    office, _, report = sample
    secret = [row.complaint for row in read_history(office.history_folder) if row.complaint.confidential]
    assert secret
    assert not [complaint for complaint in secret if complaint.text[:40] in report or complaint.reference_id in report]


def test_a_worse_version_says_so_and_a_random_split_is_called_flattering(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    train_csv(office, write_history_csv(tmp_path / "good.csv", 200))
    units = ["Dinas Perhubungan", "Dinas Sosial", "Dinas Lingkungan Hidup"]
    chance = random.Random(1)  # noqa: S311 - labels of a spoiled export
    spoiled = write_history_csv(
        tmp_path / "spoiled.csv", 200, unit_of=lambda n, unit: chance.choice(units) if n < 160 else unit
    )
    reading = read_exports([spoiled], columns={}, timezone="Asia/Jakarta")
    trained = train(office, reading, Recipe(), random_split=True)
    report = (office.versions_folder / trained.version / FILE).read_text(encoding="utf-8")
    assert "Lebih buruk daripada versi yang dipakai" in report
    assert "Bila dibagi acak (terlalu tinggi)" in report
    assert _faults(report) == []
    assert "Unit yang paling sering terlewat" in report
    assert "<blockquote>" in report


def test_a_name_that_is_html_stays_a_name(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    path = write_history_csv(tmp_path / "a.csv", 60, unit_of=lambda n, unit: _HOSTILE if n % 3 == 0 else unit)
    (office.own_folder / REPLAY).parent.mkdir(parents=True)
    (office.own_folder / REPLAY).write_text("<svg><script>alert(1)</script></svg>")
    trained = train_csv(office, path)
    report = (office.versions_folder / trained.version / FILE).read_text(encoding="utf-8")
    assert _faults(report) == []
    assert "&lt;script&gt;alert(1)" in report


def test_a_replay_that_the_office_keeps_is_shown(sample: tuple[Office, Card, str]) -> None:
    _, card, _ = sample
    report = render_report(card, replay='<?xml version="1.0"?><svg><title>Kurva</title></svg>')
    assert "Simulasi belajar dari putusan" in report
    assert _faults(report) == []
    assert "Simulasi" not in render_report(card, replay="<svg onload=x></svg>")


def test_the_sections_of_the_check_stand_in_the_report(sample: tuple[Office, Card, str]) -> None:
    from markupsafe import Markup  # noqa: PLC0415 - this test alone makes a section

    _, card, _ = sample
    report = render_report(card, check=Markup('<section id="pemeriksaan"></section>'), check_style=".check { }")
    assert '<section id="pemeriksaan">' in report


def test_examples_never_come_from_a_confidential_complaint() -> None:
    rows = [LabelledComplaint(Complaint(f"isi rahasia {n}", confidential=True), "Dinas Rahasia", "") for n in range(12)]
    judged = [RowPrediction(Prediction("dinas", ("lain",), 0.5, confident=False), None) for _ in rows]
    (weak,) = find_weak_units(rows, judged, {"dinas": "Dinas Rahasia", "lain": "Dinas Lain"})
    assert (weak.rows, weak.right, weak.instead, weak.examples) == (12, 0, "Dinas Lain", ())


_JUDGED = st.builds(
    Prediction,
    right=st.sampled_from([f"u{n}" for n in range(14)]),
    suggested=st.lists(st.sampled_from([f"u{n}" for n in range(14)]), max_size=5, unique=True).map(tuple),
    confidence=st.floats(0, 1),
    confident=st.booleans(),
)


_SHARE = st.none() | st.floats(0, 1)


@settings(max_examples=60)
@given(st.lists(_JUDGED, min_size=1, max_size=60), st.lists(st.tuples(_SHARE, _SHARE), min_size=1, max_size=5))
def test_every_chart_is_drawn_within_its_frame(
    judged: list[Prediction], shares: list[tuple[float | None, float | None]]
) -> None:
    curve = [
        {"learned": 100 * (at + 1), "unit_top_1": 0.5 if at == 0 else unit, "category_top_1": category}
        for at, (unit, category) in enumerate(shares)
    ]
    drawn = [
        charts.reliability_chart(reliability(judged)),
        charts.coverage_chart(coverage(judged), 0.9),
        charts.curve_chart(curve),
    ]
    for chart in drawn:
        numbers = [float(number) for number in re.findall(r'[xy][12]?="([-\d.]+)"', chart)]
        assert all(0 <= value <= 640 for value in numbers)
        assert _faults(chart) == []


@settings(max_examples=60)
@given(st.lists(_JUDGED, min_size=1, max_size=60))
def test_every_row_is_in_each_chart_once(judged: list[Prediction]) -> None:
    right = sum(row.first_right for row in judged)
    assert sum(found["rows"] for found in reliability(judged)) == len(judged)
    assert sum(found["rows"] * found["right"] for found in reliability(judged)) == pytest.approx(right)
    assert coverage(judged)[-1]["precision"] == pytest.approx(right / len(judged))
    matrix = confusions(judged, {}, {})
    counts = matrix["counts"]
    assert sum(map(sum, counts)) == len(judged)
    assert sum(counts[n][n] for n in range(len(counts) - 1)) + matrix["right_others"] == right


def test_a_month_without_a_complaint_is_a_gap_that_shows() -> None:
    from datetime import datetime  # noqa: PLC0415 - days of this test alone

    days = (datetime(2024, 11, 3), datetime(2025, 2, 1))  # noqa: DTZ001 - exports have no offset
    rows = [LabelledComplaint(Complaint("a", received_at=day), "u", "") for day in days]
    assert [(found["month"], found["rows"]) for found in months(rows)] == [
        ("2024-11", 1),
        ("2024-12", 0),
        ("2025-01", 0),
        ("2025-02", 1),
    ]
