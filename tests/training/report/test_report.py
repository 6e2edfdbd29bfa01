"""The report for the head of the office: one file, in Indonesian, that tells what the card holds."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import pytest

from data.indonesian import percent
from model.history.rows import read_history
from model.versions.artifact import MANIFEST, read_card
from model.versions.office_home import Office
from tests.training.histories import train_csv, write_history_csv
from tests.training.report.markup import faults
from training.dataset.read import read_exports
from training.fitting.recipe import Recipe
from training.pipeline import train
from training.report.report import FILE, REPLAY, render_report

if TYPE_CHECKING:
    from pathlib import Path

    from model.versions.artifact import Card

_HOSTILE = "<script>alert(1)</script> & \"Dinas\" 'X'"


@pytest.fixture(scope="module")
def sample(sample_home: Path) -> tuple[Office, Card, str]:
    """The sample office, its card and its report."""
    office = Office(sample_home, "kumham")
    folder = office.versions_folder / office.versions()[0]
    return office, read_card(folder), (folder / FILE).read_text(encoding="utf-8")


def test_the_report_is_one_file_that_loads_nothing_and_is_sealed(sample: tuple[Office, Card, str]) -> None:
    office, _, report = sample
    assert faults(report) == []
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
    assert re.findall(r"[a-z]\.[A-Z][a-z]+ [a-z]", report) == []


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
    assert faults(report) == []
    assert "Unit yang paling sering terlewat" in report
    assert "<blockquote>" in report


def test_a_name_that_is_html_stays_a_name(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    path = write_history_csv(tmp_path / "a.csv", 60, unit_of=lambda n, unit: _HOSTILE if n % 3 == 0 else unit)
    (office.own_folder / REPLAY).parent.mkdir(parents=True)
    (office.own_folder / REPLAY).write_text("<svg><script>alert(1)</script></svg>")
    trained = train_csv(office, path)
    report = (office.versions_folder / trained.version / FILE).read_text(encoding="utf-8")
    assert faults(report) == []
    assert "&lt;script&gt;alert(1)" in report


def test_a_replay_that_the_office_keeps_is_shown(sample: tuple[Office, Card, str]) -> None:
    _, card, _ = sample
    report = render_report(card, replay='<?xml version="1.0"?><svg><title>Kurva</title></svg>')
    assert "Simulasi belajar dari putusan" in report
    assert faults(report) == []
    assert "Simulasi" not in render_report(card, replay="<svg onload=x></svg>")


def test_the_sections_of_the_check_stand_in_the_report(sample: tuple[Office, Card, str]) -> None:
    from markupsafe import Markup  # noqa: PLC0415 - this test alone makes a section

    _, card, _ = sample
    report = render_report(card, check=Markup('<section id="pemeriksaan"></section>'), check_style=".check { }")
    assert '<section id="pemeriksaan">' in report
