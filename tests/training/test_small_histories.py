"""The smallest histories, and histories with only one of the two labels, end in a version or in one clear sentence."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from data.exports.open import open_export
from data.messages import Language
from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from model.office.categories import Categories, Category
from model.office.units import Unit, Units
from model.suggestion import Status
from model.versions.office_home import Office
from pilah import app
from training.dataset.plan import plan_training
from training.dataset.read import Reading
from training.errors import HistoryUnusable
from training.evaluation.promotion import NotPromoted, promote
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from pathlib import Path

    from training.pipeline import Trained

_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - exports have no offset
_TEXTS = (
    "lampu jalan padam di gang melati",
    "sampah menumpuk di depan pasar kota",
    "bantuan beras belum kami terima",
    "lampu jalan padam",
    "?",
)
_UNITS = ("", "Dinas Perhubungan", "Dinas Sosial")
_CATEGORIES = ("", "Penerangan Jalan", "Bantuan Sosial")
_LABELS = st.tuples(st.sampled_from(_TEXTS), st.sampled_from(_UNITS), st.sampled_from(_CATEGORIES), st.booleans())


def _row(number: int, text: str, unit: str, category: str, *, returned: bool = False) -> LabelledComplaint:
    complaint = Complaint(f"{text} nomor {number}", str(number), _DAY + timedelta(days=number))
    return LabelledComplaint(complaint, unit, category, returned=returned)


def _rows(count: int, units: bool = True, categories: bool = True) -> list[LabelledComplaint]:  # noqa: FBT001
    return [
        _row(n, _TEXTS[n % 3], _UNITS[1 + n % 2] if units else "", _CATEGORIES[1 + n % 2] if categories else "")
        for n in range(count)
    ]


def _trained(office: Office, rows: list[LabelledComplaint]) -> Trained:
    return train(office, Reading(rows), Recipe(), by="rani")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(_LABELS, min_size=1, max_size=25))
@example(labels=[("lampu jalan padam", "Dinas Sosial", "", False)])
@example(labels=[("?", "", "Bantuan Sosial", False)] * 25)
@example(labels=[("lampu jalan padam", "Dinas Sosial", "", True)] * 3)
@example(labels=[("?", "Dinas Sosial", "", True), ("?", "Dinas Perhubungan", "", False)])
def test_any_small_history_ends_in_a_version_or_in_one_sentence(
    tmp_path: Path, labels: list[tuple[str, str, str, bool]]
) -> None:
    shutil.rmtree(tmp_path / "models", ignore_errors=True)
    office = Office(tmp_path, "kota")
    rows = [
        _row(n, text, unit, category, returned=returned) for n, (text, unit, category, returned) in enumerate(labels)
    ]
    rows = [row for row in rows if row.unit or row.category]
    if not any(row.category or (row.unit and not row.returned) for row in rows):
        with pytest.raises(HistoryUnusable):
            _trained(office, rows)
        return
    trained = _trained(office, rows)
    router, card = office.load_champion()
    suggestion = router.suggest(Complaint("lampu jalan padam di gang kenanga"))
    assert suggestion.status is not Status.CONFIDENT
    assert bool(suggestion.units) == bool(trained.plan.units + trained.plan.units_by_name)
    assert bool(suggestion.categories) == bool(trained.plan.categories)
    if len(rows) < 20:
        assert card["split"]["kind"] == "not measured"
        assert card["evaluation"]["unit"] is None


@pytest.mark.parametrize("count", [1, 19])
def test_a_version_that_was_not_measured_says_so_wherever_a_figure_would_stand(tmp_path: Path, count: int) -> None:
    office = Office(tmp_path, "kota")
    trained = _trained(office, _rows(count))
    folder = office.versions_folder / trained.version
    assert (trained.evaluation.unit, trained.evaluation.category) == (None, None)
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Belum ada yang diuji" in report
    assert "Diuji pada" not in report


def test_a_later_version_that_was_not_measured_needs_a_reason_to_answer(tmp_path: Path) -> None:
    office = Office(tmp_path, "kota")
    _trained(office, _rows(5))
    later = _trained(office, _rows(9))
    assert later.champion_version != later.version
    with pytest.raises(NotPromoted, match="Nothing is measured: there are 9 row"):
        promote(office, later.version, by="rani")
    assert promote(office, later.version, by="rani", force=True, reason="sembilan baris").change.forced
    measured = _trained(office, _rows(60))
    assert measured.champion_comparison
    promote(office, measured.version, by="rani")


@pytest.mark.parametrize(("units", "categories"), [(False, True), (True, False)])
def test_an_office_with_one_kind_of_label_trains_and_is_measured_on_it(
    tmp_path: Path, *, units: bool, categories: bool
) -> None:
    office = Office(tmp_path, "kota")
    first = _trained(office, _rows(60, units, categories))
    assert bool(first.evaluation.unit) == units
    assert bool(first.evaluation.category) == categories
    router, _ = office.load_champion()
    suggestion = router.suggest(Complaint("lampu jalan padam di gang kenanga"))
    assert bool(suggestion.units) == units
    assert bool(suggestion.categories) == categories
    assert suggestion.status is (suggestion.unit_status if units else suggestion.category_status)
    assert suggestion.status is Status.REVIEW
    again = _trained(office, _rows(90, units, categories))
    assert promote(office, again.version, by="rani").verdict.comparison is not None


def test_units_of_units_csv_are_suggested_by_name_where_no_row_has_one(tmp_path: Path) -> None:
    office = Office(tmp_path, "kota")
    office.own_folder.mkdir(parents=True)
    (office.own_folder / "units.csv").write_text(
        "id,name,description\ndishub,Dinas Perhubungan,lampu jalan padam\ndlh,Dinas Lingkungan Hidup,sampah pasar\n",
        encoding="utf-8",
    )
    trained = _trained(office, _rows(30, units=False))
    assert [each.told_in(Language.ENGLISH)[:21] for each in trained.plan.shortcomings()] == ["No row names a unit t"]
    router, _ = office.load_champion()
    suggestion = router.suggest(Complaint("lampu jalan padam di gang kenanga"))
    assert [unit.name for unit in suggestion.units][:1] == ["Dinas Perhubungan"]
    assert suggestion.status is not Status.CONFIDENT


def test_the_check_ends_with_what_the_training_does(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, [*arguments, "--office", "kota", "--home", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    file = tmp_path / "a.csv"
    for lines, said in (
        (["1,01-01-2024,lampu padam,,Penerangan"], "Nothing is measured: there are 1 row(s)"),
        ([f"{n},{n + 1:02}-01-2024,lampu padam gang{n},,K{n % 2}" for n in range(25)], "measured on the newest 5 rows"),
    ):
        file.write_text("\n".join(("no,tanggal,isi laporan,unit,kategori", *lines)), encoding="utf-8")
        checked = run("check", str(file), "--no-doubts", "--html", str(tmp_path / "a.html"))
        assert f"a training starts: it learns from {len(lines)} row(s), 0 unit(s)" in checked
        assert said in checked
        shortcoming = "the suggestions are categories alone."
        assert shortcoming in checked
        assert shortcoming in run("train", str(file))
        target = tmp_path / "saran.csv"
        run("predict", str(file), "--out", str(target))
        assert not [header for header in next(open_export(target).rows()).values if header.startswith("unit_")]
        assert "yang disarankan hanya kategori" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_check_says_when_no_training_would_start_and_the_training_agrees(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("no,tanggal,isi laporan,unit,kategori\n1,01-01-2024,lampu padam,,\n", encoding="utf-8")
    options = ["--office", "kota", "--home", str(tmp_path)]
    checked = CliRunner().invoke(app, ["check", str(file), "--no-doubts", *options])
    assert "no training starts. No row can be learned from." in " ".join(checked.output.split())
    refused = CliRunner().invoke(app, ["train", str(file), *options])
    assert (refused.exit_code, isinstance(refused.exception, HistoryUnusable)) == (1, True)


def test_the_check_and_the_training_name_unreadable_dates_and_not_the_units(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = "".join(f"{n},minggu ke-{n},lampu padam {n},Dinas {n % 2},Jalan\n" for n in range(7))
    file.write_text(f"no,tanggal,isi laporan,unit,kategori\n{rows}", encoding="utf-8")
    options = ["--office", "kota", "--home", str(tmp_path)]
    page = tmp_path / "a.html"
    checked = CliRunner().invoke(app, ["check", str(file), "--no-doubts", "--html", str(page), *options])
    output = " ".join(checked.output.split())
    assert 'Unreadable dates: a.csv, row 2 "minggu ke-0", a.csv, row 3 "minggu ke-1"' in output
    assert "and 2 more" in output
    assert "No row can be learned from: 7 rows have a date that can't be read." in output
    refused = CliRunner().invoke(app, ["train", str(file), *options])
    assert "7 rows have a date that can't be read" in str(refused.exception)


def test_the_check_and_the_training_say_in_which_order_dates_were_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = "".join(f"{n},05/{n + 10}/2024,lampu padam {n},Dinas {n % 2},Jalan\n" for n in range(7))
    file.write_text(f"no,tanggal,isi laporan,unit,kategori\n{rows}", encoding="utf-8")
    options = ["--office", "kota", "--home", str(tmp_path)]
    page = tmp_path / "a.html"
    said = 'a.csv: Column "tanggal": 7 date(s) were read month first, since 4 of them fit no other way.'
    checked = CliRunner().invoke(app, ["check", str(file), "--no-doubts", "--html", str(page), *options])
    assert said in " ".join(checked.output.split())
    assert "7 tanggal dibaca dengan bulan di depan" in page.read_text(encoding="utf-8")
    assert said in " ".join(CliRunner().invoke(app, ["train", str(file), *options]).output.split())
    named = CliRunner().invoke(app, ["check", str(file), "--no-doubts", "--date-order", "day-first", *options])
    assert "month first" not in named.output
    assert 'Unreadable dates: a.csv, row 5 "05/13/2024"' in named.output


def test_a_ranking_of_no_rows_knows_the_units_of_units_csv() -> None:
    units = Units([Unit("dishub", "Dinas Perhubungan"), Unit("dlh", "Dinas Lingkungan Hidup")])
    ranking, known = fit_ranking([], units, Recipe())
    router = assemble("v", ranking, known, Outcomes([], []), Recipe(), [])
    assert {unit.id for unit in router.suggest(Complaint("lampu jalan padam")).units} == {"dishub", "dlh"}


def test_the_plan_counts_labels_as_the_offices_files_name_them() -> None:
    units = Units([Unit("dishub", "Dinas Perhubungan", abbreviations=("Dishub",)), Unit("dlh", "DLH")])
    categories = Categories([Category("pju", "Penerangan Jalan", ("PJU",)), Category("sampah", "Persampahan")])
    rows = [_row(1, _TEXTS[0], "Dishub", "PJU"), _row(2, _TEXTS[0], "Dinas Perhubungan", "Penerangan Jalan")]
    plan = plan_training(Reading(rows), units, categories, 0)
    assert (plan.units, plan.units_by_name, plan.categories, plan.categories_by_name) == (1, 1, 1, 1)
