"""Changed names and descriptions tried on past complaints: what the next training would make of them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from data.errors import PilahError
from model.complaint import Complaint
from model.history.rows import LabelledComplaint, read_history
from model.office.categories import Categories
from model.office.register_file import Wording, reworded
from model.office.units import Unit, Units
from model.ranking.linear import NameWeight
from model.versions.office_home import Office
from pilah import app
from tests.training.histories import train_csv, write_history_csv
from training.fitting import ranker
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.simulation.descriptions import OfficeLists, rank_before_and_after, try_categories, try_units

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def past(sample_home: Path) -> tuple[list[LabelledComplaint], OfficeLists]:
    """The sample office's rows with a unit, oldest first, and its lists."""
    office = Office(sample_home, "kumham")
    router, _ = office.load_champion(precedents=False)
    rows = [row for row in read_history(office.history_folder) if row.unit and not row.returned]
    return rows, OfficeLists(router.units, router.categories)


def test_a_trial_ranks_as_real_trainings_do(past: tuple[list[LabelledComplaint], OfficeLists]) -> None:
    rows, now = past
    learned, tried = rows[:300], rows[300:]
    complaints = [row.complaint for row in tried]
    bare = replace(now, units=Units(replace(unit, description="") for unit in now.units))
    before, after = rank_before_and_after(learned, tried, bare.known(learned), now.known(learned))
    for ranked, lists, at_least in ((after, now, 1.0), (before, bare, 0.94)):
        trained, _ = fit_ranking(learned, lists.units, Recipe(), lists.categories)
        real = trained.rank_many(complaints, units=1, categories=1)
        same = sum(one.units[0].unit_id == other.units[0].unit_id for one, other in zip(ranked, real, strict=True))
        assert same >= at_least * len(tried)


@pytest.mark.parametrize("unit_id", ["mahkamah-agung", "kementerian-hukum"])
def test_a_trial_equals_a_training_that_chooses_the_same_name_weight(
    past: tuple[list[LabelledComplaint], OfficeLists], monkeypatch: pytest.MonkeyPatch, unit_id: str
) -> None:
    monkeypatch.setattr(ranker, "choose_name_weight", lambda _named: NameWeight(1.2, 1.0))
    rows, now = past
    learned, tried = rows[:300], rows[300:]
    bare = replace(now, units=reworded(now.units, unit_id, Wording(now.units[unit_id].name)))
    before, _ = rank_before_and_after(learned, tried, bare.known(learned), now.known(learned))
    trained, _ = fit_ranking(learned, bare.units, Recipe(), bare.categories)
    real = trained.rank_many([row.complaint for row in tried], units=1, categories=1)
    assert [one.units[0].unit_id for one in before] == [one.units[0].unit_id for one in real]
    differences = [
        one.units[0].probability - other.units[0].probability for one, other in zip(before, real, strict=True)
    ]
    assert max(map(abs, differences)) < 0.01


MATTERS = [
    "pasar",
    "taman",
    "sungai",
    "jembatan",
    "sekolah",
    "puskesmas",
    "parkir",
    "pajak",
    "hutan",
    "kebun",
    "nelayan",
    "ternak",
    "museum",
    "arsip",
]
CATS = "kucing liar berkeliaran"


@pytest.fixture(scope="module")
def invented() -> list[LabelledComplaint]:
    """Two or three rows a unit, which name the unit's matter; the newest six are about cats, which no older row is."""
    matters = [MATTERS[n * 5 % len(MATTERS)] for n in range(34)]
    texts = [(f"keluhan {matter} di gang{n} rt{n % 7}", matter) for n, matter in enumerate(matters)]
    texts += [(f"{CATS} di gang{n}", "ternak") for n in range(6)]
    day = datetime(2024, 1, 1)  # noqa: DTZ001 - a history has no offset
    return [
        LabelledComplaint(
            Complaint(text, reference_id=f"LP{n}", received_at=day + timedelta(days=n)), f"Dinas {matter}", matter
        )
        for n, (text, matter) in enumerate(texts)
    ]


def _lists(rows: list[LabelledComplaint]) -> OfficeLists:
    return OfficeLists(Units([]), Categories()).known(rows)


def test_words_that_only_the_description_has_count(invented: list[LabelledComplaint]) -> None:
    now = _lists(invented)
    right = replace(now, units=reworded(now.units, "dinas-ternak", Wording("Dinas ternak", (), CATS)))
    wrong = replace(now, units=reworded(now.units, "dinas-arsip", Wording("Dinas arsip", (), CATS)))
    trial = try_units(invented, now, right)
    assert (trial.rows, trial.learned) == (13, 27)
    assert trial.gained["dinas-ternak"] == trial.became_right >= 4
    assert trial.right_after == trial.right_before + trial.became_right
    assert trial.by_entry()[0][0] == "dinas-ternak"
    back = try_units(invented, right, wrong)
    assert back.lost["dinas-ternak"] == back.became_wrong >= 4
    assert try_units(invented, now, now).changes == []


def test_a_new_unit_in_the_tried_list_gains_rows(invented: list[LabelledComplaint]) -> None:
    now = _lists(invented)
    new = Unit("hewan", "Balai Hewan", description=CATS)
    trial = try_units(invented, now, replace(now, units=Units([*now.units, new])))
    assert trial.gained["hewan"] >= 4
    assert "hewan" not in trial.lost


def test_a_renamed_unit_keeps_its_rows_by_its_old_name(invented: list[LabelledComplaint]) -> None:
    now = _lists(invented)
    renamed = reworded(now.units, "dinas-ternak", Wording("Dinas ternak dan hewan").keeping("Dinas ternak"))
    assert try_units(invented, now, replace(now, units=renamed)).became_wrong == 0


def test_categories_are_tried_as_units_are(invented: list[LabelledComplaint]) -> None:
    now = _lists(invented)
    after = replace(now, categories=reworded(now.categories, "ternak", Wording("ternak", (), CATS)))
    trial = try_categories(invented, now, after)
    assert trial.gained["ternak"] == trial.became_right >= 4


def test_too_few_rows_are_not_tried(invented: list[LabelledComplaint]) -> None:
    now = _lists(invented)
    assert try_units(invented[:9], now, now).rows == 0


def test_no_confidential_row_is_shown(invented: list[LabelledComplaint]) -> None:
    rows = [replace(row, complaint=replace(row.complaint, confidential=True)) for row in invented]
    now = _lists(rows)
    after = reworded(now.units, "dinas-ternak", Wording("Dinas ternak", (), CATS))
    trial = try_units(rows, now, replace(now, units=after))
    assert trial.changes
    assert {(change.reference_id, change.excerpt) for change in trial.changes} == {("", "")}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office trained on invented rows, without a units.csv."""
    folder = tmp_path_factory.mktemp("tried")
    place = Office(folder / "home", "kota")
    train_csv(place, write_history_csv(folder / "rows.csv", 60))
    return place


def _run(office: Office, *arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--office", "kota", "--home", str(office.home)])


def test_the_command_tries_a_description_and_saves_nothing(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "changes.csv"
    words = "lampu jalan padam gelap tiang kabel trotoar " * 3
    arguments = ("units", "test", "--unit", "Dinas Sosial", "--description", words)
    result = _run(office, *arguments, "--out", str(target))
    assert result.exit_code == 0, result.output
    assert "Tried on 20 newest rows, with a model of 40 older rows" in result.output
    assert target.read_text(encoding="utf-8-sig").startswith("reference_id,excerpt,decided,before,after")
    assert not (office.own_folder / "units.csv").exists()
    figures = json.loads(_run(office, *arguments, "--json").output)
    assert (figures["rows"], len(figures["changes"])) == (20, sum(figures["gained"].values()))


def test_the_command_tries_a_file(office: Office, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("id,name,description\ndinas-sosial,Dinas Sosial,bantuan beras\n", encoding="utf-8")
    assert "Tried on 20 newest rows" in _run(office, "units", "test", "--units", str(units)).output
    categories = tmp_path / "categories.csv"
    categories.write_text("id,name,description\nk1,K1,sampah bau\n", encoding="utf-8")
    assert "Tried on 20 newest" in _run(office, "categories", "test", "--categories", str(categories)).output
    assert "0 first suggestions change" in _run(office, "categories", "test").output


def test_the_command_names_an_unknown_unit(office: Office) -> None:
    result = _run(office, "units", "test", "--unit", "Dinas Siluman", "--description", "x")
    assert isinstance(result.exception, PilahError)
    assert "Dinas Siluman" in str(result.exception)


def test_an_office_without_a_history_is_told_so(office: Office, tmp_path: Path) -> None:
    place = Office(tmp_path / "home", "kota")
    shutil.copytree(office.home / "models", place.home / "models")
    result = _run(place, "units", "test", "--unit", "Dinas Sosial", "--description", "beras")
    assert (result.exit_code, "Too few past complaints" in result.output) == (0, True)
