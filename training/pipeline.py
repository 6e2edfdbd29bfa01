"""Train a version in seven steps: read, plan, check, split, fit, measure, write. The office changes in the last step alone."""

from __future__ import annotations

import csv
import shutil
import time
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.files import written_folder
from model.errors import RulesFileInvalid
from model.history.index_files import write_indexed_history
from model.office.rules import read_rules
from model.versions import artifact
from model.versions.office_home import Office, new_version
from model.versions.promotions import make_first_champion
from training.checking.check import check
from training.checking.page import STYLE, section_of
from training.dataset.plan import plan_training
from training.dataset.split import FEWEST_ROWS, HELD_BACK, at_random
from training.evaluation.challenger import ChampionComparison, compare_with_champion
from training.evaluation.champion_baseline import ChampionBaseline, champion_baseline
from training.evaluation.curves import figures_of, learning_curve, months
from training.evaluation.drift import drift_since_training
from training.evaluation.measurement import Measurement
from training.evaluation.metrics import evaluate, evaluate_predictions
from training.evaluation.predictions import predict
from training.evaluation.row_outcomes import row_outcomes, write_row_outcomes
from training.evaluation.weak_units import find_weak_units
from training.fitting.executors import fit_executor
from training.fitting.fit import (
    Outcomes,
    assemble,
    fit_ranking,
    predict_slice,
    ranked_outcomes,
    slices_of,
)
from training.report.model_card import make_card
from training.report.report import FILE as REPORT
from training.report.report import REPLAY, render_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.rules import Rules
    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from training.checking.findings import Findings
    from training.dataset.leakage import Leaks
    from training.dataset.plan import TrainingPlan
    from training.dataset.read import LeftOut, Reading
    from training.dataset.split import Split
    from training.evaluation.metrics import Evaluation
    from training.fitting.recipe import Recipe

    Step = Callable[[str, int], None]
    Fit = tuple[Ranking, Units]

_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Trained:
    """A written version with the figures measured."""

    version: str
    recipe: Recipe
    n_rows: int
    champion_version: str | None
    plan: TrainingPlan
    leaks: Leaks
    evaluation: Evaluation
    champion_comparison: ChampionComparison | None
    random_split: Evaluation | None

    @property
    def split(self) -> Split:
        """The rows learned and the rows measured on."""
        return self.plan.split

    @property
    def champion(self) -> Evaluation | None:
        """The champion's figures on the same slice; None without a comparison."""
        return self.champion_comparison.evaluation if self.champion_comparison else None


def train(
    office: Office,
    reading: Reading,
    recipe: Recipe,
    *,
    random_split: bool = False,
    without_rows: bool = False,
    signing_key: str = "",
    by: str = "",
    cluster: str = "",
    step: Step = lambda name, rows: None,
) -> Trained:
    """Hold the newest fifth back, fit, measure, refit on all rows, and write the version.

    `without_rows` allows a reading without rows: the version then knows the office's units and categories by name alone.

    `step` is called at the end of each part with the name and the rows of the part, a measure of the time taken.
    `cluster` is the address of a Dask scheduler for the fits.

    Raises:
        HistoryUnusable: no row has anything to teach, or more labels than the recipe's bound of rows.
        UnitsFileInvalid: the office's units.csv contradicts itself.
        CategoriesFileInvalid: the office's categories.csv contradicts itself.
    """
    inputs = _read(office, reading, recipe)
    plan = plan_training(reading, inputs.units, inputs.categories, recipe.max_rows, without_rows=without_rows)
    findings = check(reading, inputs.units, inputs.rules, inputs.categories, doubts=False)
    splits = _split(inputs, plan, signing_key, random_split=random_split)
    fits = _fit(inputs, splits, cluster, step)
    measurement = _measure(inputs, splits, fits)
    step("measuring", len(plan.split.held_back))
    version = _write(inputs, plan, findings, fits, measurement, signing_key)
    make_first_champion(office, version, by)
    step("writing", 0)
    return Trained(
        version,
        recipe,
        len(reading.rows),
        office.champion(),
        plan,
        findings.leaks,
        measurement.evaluation,
        measurement.champion,
        measurement.random_split,
    )


def steps_of(n_rows: int, recipe: Recipe, *, has_champion: bool, random_split: bool) -> int:
    """The sum of the rows given to `step` in a training of `n_rows` rows."""
    if n_rows < FEWEST_ROWS:
        return n_rows
    held_back = round(n_rows * HELD_BACK)
    before = n_rows - held_back
    learned = recipe.learned_of(before)
    fits = recipe.learned_of(n_rows) + learned + len(slices_of(range(before))) * recipe.learned_of(before // 2)
    return fits + held_back + (learned if has_champion else 0) + (learned if random_split else 0)


def remove_unfinished(office: Office) -> None:
    """Remove the files of trainings interrupted more than a day ago; a younger training may still run."""
    left = list(office.versions_folder.glob(".unfinished-*"))
    finished = set(office.versions())
    left += [folder for folder in office.history_folders()[1:] if folder.name not in finished]
    for path in left:
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Inputs:
    """The labelled rows, the recipe, and the office's own files; `rules` is None where rules.csv is invalid."""

    office: Office
    reading: Reading
    recipe: Recipe
    units: Units
    categories: Categories
    rules: Rules | None
    replay: str

    @property
    def rows(self) -> Sequence[LabelledComplaint]:
        return self.reading.rows


@dataclass(frozen=True)
class _Splits:
    """The split by time with the champion's baseline, and the random split where asked for."""

    by_time: Split
    champion: ChampionBaseline | None
    at_random: Split | None


@dataclass(frozen=True)
class _Fits:
    """The fitted rankings with their units.

    `final` learned all rows, `measured` the rows before the held-out slice. `chain` has the forward-chained slices before
    the held-out one: the number of rows learned, the later rows, and the outcomes on the later rows.
    """

    final: Fit
    measured: Fit
    champion: Fit | None
    at_random: Fit | None
    chain: list[tuple[int, Sequence[LabelledComplaint], Outcomes]]

    @property
    def outcomes(self) -> Outcomes:
        """The outcomes on all slices of the chain, for the calibration."""
        return sum((outcomes for _, _, outcomes in self.chain), Outcomes([], []))


def _read(office: Office, reading: Reading, recipe: Recipe) -> _Inputs:
    units = office.units()
    known = units.with_names(list(dict.fromkeys(row.unit for row in reading.rows if row.unit)))
    return _Inputs(office, reading, recipe, units, office.categories(), _rules_of(office, known), _replay_of(office))


def _split(inputs: _Inputs, plan: TrainingPlan, signing_key: str, *, random_split: bool) -> _Splits:
    champion = champion_baseline(inputs.office, plan.split, inputs.units, inputs.categories, inputs.recipe, signing_key)
    shuffled = at_random(inputs.rows) if random_split else None
    return _Splits(plan.split, champion, shuffled if shuffled and not shuffled.unmeasured else None)


def _fit(inputs: _Inputs, splits: _Splits, cluster: str, step: Step) -> _Fits:
    recipe, champion = inputs.recipe, splits.champion
    pending: dict[Future[Any], int] = {}
    with fit_executor(cluster) as pool:

        def submit(rows: Sequence[LabelledComplaint], its_recipe: Recipe = recipe) -> Future[Fit]:
            future = pool.submit(fit_ranking, rows, inputs.units, its_recipe, inputs.categories)
            pending[future] = its_recipe.learned_of(len(rows))
            return future

        # Longest fits first: a long fit at the end would leave a worker idle.
        final = submit(inputs.rows)
        measured = final if splits.by_time.unmeasured else submit(splits.by_time.learned)
        refitted = submit(champion.rows, champion.recipe) if champion and champion.refitted else None
        random_fit = submit(splits.at_random.learned) if splits.at_random else None
        slices = [] if splits.by_time.unmeasured else slices_of(splits.by_time.learned)
        outcomes = {
            number: pool.submit(predict_slice, *slices[number], inputs.units, recipe, inputs.categories)
            for number in reversed(range(len(slices)))
        }
        pending |= dict.fromkeys(outcomes.values(), recipe.learned_of(len(splits.by_time.learned) // 2))
        for done in as_completed(pending):
            step("fitting", pending[done])
    return _Fits(
        final.result(),
        measured.result(),
        refitted.result() if refitted else None,
        random_fit.result() if random_fit else None,
        [
            (recipe.learned_of(len(earlier)), later, outcomes[number].result())
            for number, (earlier, later) in enumerate(slices)
        ],
    )


def _measure(inputs: _Inputs, splits: _Splits, fits: _Fits) -> Measurement:
    recipe, split, rows = inputs.recipe, splits.by_time, inputs.rows
    router = assemble("", *fits.measured, fits.outcomes, recipe, split.learned)
    predictions = predict(router, split.held_back)
    outcomes = ranked_outcomes(predictions.ranked, router.units, router.categories, split.held_back)
    champion = None
    if splits.champion:
        champion = compare_with_champion(splits.champion, fits.champion, split, fits.outcomes, predictions)
    random_evaluation = None
    if splits.at_random and fits.at_random:
        # Calibrated by outcomes before the slice, never by the random slice itself.
        learned = splits.at_random.learned
        random_evaluation = evaluate(
            assemble("", *fits.at_random, fits.outcomes, recipe, learned), splits.at_random.held_back, learned
        )
    slices = [*fits.chain, (recipe.learned_of(len(split.learned)), split.held_back, outcomes)]
    return Measurement(
        predictions,
        outcomes,
        evaluate_predictions(predictions, split.learned),
        champion,
        random_evaluation,
        drift_since_training(splits.champion, rows, champion.predictions if champion else None),
        figures_of(predictions)
        | {
            "learning_curve": learning_curve(slices),
            "months": months(rows),
        },
    )


def _write(
    inputs: _Inputs, plan: TrainingPlan, findings: Findings, fits: _Fits, measurement: Measurement, signing_key: str
) -> str:
    office, recipe = inputs.office, inputs.recipe
    predictions, champion = measurement.predictions, measurement.champion
    version = new_version()
    router = assemble(version, *fits.final, fits.outcomes + measurement.outcomes, recipe, inputs.rows)
    card = make_card(
        router,
        office.name,
        inputs.reading,
        recipe,
        plan,
        inputs.units,
        inputs.categories,
        findings.leaks,
        measurement,
    )
    report = render_report(
        card,
        find_weak_units(predictions.rows, predictions.by_row, predictions.unit_names),
        check=section_of(findings),
        check_style=STYLE,
        replay=inputs.replay,
    )
    # The past complaints first: an interruption here leaves no visible version without past complaints.
    write_indexed_history(office.history_of(version), inputs.rows)
    with written_folder(office.versions_folder / version) as folder:
        _write_left_out(folder / "dropped.csv", inputs.reading.left_out)
        (folder / REPORT).write_text(report, encoding="utf-8")
        write_row_outcomes(folder, row_outcomes(predictions.by_row), champion.outcomes if champion else None)
        artifact.save(folder, router, card, signing_key)
    return version


def _rules_of(office: Office, units: Units) -> Rules | None:
    """The office's rules, for the check of rare units; an invalid file is reported where rules are applied."""
    try:
        return read_rules(office.rules_file, units)
    except RulesFileInvalid:
        return None


def _replay_of(office: Office) -> str:
    """The office's learning curve of a replay, or an empty text."""
    try:
        return (office.own_folder / REPLAY).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _write_left_out(path: Path, rows: Sequence[LeftOut]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "row", "reason", "id", "text"))
        writer.writerows((row.file, row.row, str(row.reason), row.id, row.text) for row in rows)
