"""One training: files in, a measured version out. Nothing of the office changes before the version is whole."""

from __future__ import annotations

import csv
import shutil
import time
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.files import written_folder
from model.errors import HistoryUnusable, RulesFileInvalid
from model.history.index_files import write_indexed_history
from model.office.rules import read_rules
from model.versions import artifact
from model.versions.office_home import Office, new_version
from model.versions.promotions import make_first_champion
from training.checking.check import check
from training.checking.page import STYLE, section_of
from training.dataset.sampling import require_room
from training.dataset.split import HELD_BACK, Split, at_random, by_time
from training.evaluation.challenger import ChampionComparison, compare_with_champion
from training.evaluation.champion_baseline import ChampionBaseline, champion_baseline
from training.evaluation.curves import figures_of, learning_curve, months
from training.evaluation.drift_observations import observe
from training.evaluation.drift_since_training import drift_since_training
from training.evaluation.metrics import Evaluation, evaluate, evaluate_judged
from training.evaluation.predictions import predict_rows, suggest_all
from training.evaluation.row_outcomes import row_outcomes, write_row_outcomes
from training.evaluation.weak_units import find_weak_units
from training.fitting.executors import fits_on
from training.fitting.fit import Outcomes, assemble, fit_ranking, outcomes_of, predict_slice, slices_of
from training.report.model_card import make_card
from training.report.report import FILE as REPORT
from training.report.report import REPLAY, render_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from model.history.rows import LabelledComplaint
    from model.office.rules import Rules
    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from training.dataset.leakage import Leaks
    from training.dataset.read import LeftOut, Reading
    from training.fitting.recipe import Recipe

    Step = Callable[[str, int], None]

_STALE_SECONDS = 24 * 3600
_FEWEST_TAUGHT_LABELS = 2


@dataclass(frozen=True)
class Trained:
    """What a training made of how many rows: the version, its figures, and those beside which they stand."""

    version: str
    recipe: Recipe
    n_rows: int
    champion_version: str | None
    split: Split
    evaluation: Evaluation
    champion_comparison: ChampionComparison | None
    random_split: Evaluation | None
    units: Units
    leaks: Leaks

    @property
    def champion(self) -> Evaluation | None:
        """The champion's figures on the same slice."""
        return self.champion_comparison.evaluation if self.champion_comparison else None


def train(
    office: Office,
    reading: Reading,
    recipe: Recipe,
    *,
    random_split: bool = False,
    signing_key: str = "",
    by: str = "",
    cluster: str = "",
    step: Step = lambda name, rows: None,
) -> Trained:
    """Hold the newest fifth back, fit, measure, refit on everything, and write the version.

    `step` is told the name of each part as it ends, and how many rows it fitted: a measure of its share of the time.
    `cluster` is the address of a Dask scheduler whose workers do the fits.

    Raises:
        HistoryUnusable: too few rows, or only one label, to learn and to measure; or more labels than the recipe's bound.
        UnitsFileInvalid: the office's units.csv contradicts itself.
    """
    rows = reading.rows
    _require_labels(rows)
    require_room(rows, recipe.max_rows)
    office_units = office.units()
    split = by_time(rows)
    baseline = champion_baseline(office, split, office_units, recipe, signing_key)
    fitted = _fit(rows, split, office_units, recipe, baseline, cluster, step)
    version = new_version()
    measured = assemble(version, fitted.measured, fitted.units_then, fitted.learned, recipe, split.learned)
    suggestions = suggest_all(measured, split.held_back)
    judged = predict_rows(measured, split.held_back, suggestions)
    evaluation = evaluate_judged(measured, judged, split.learned)
    observed = observe(measured, split.held_back, suggestions)
    newest = outcomes_of(fitted.measured, fitted.units_then, split.held_back)
    step("measuring", len(split.held_back))
    against = None
    if baseline is not None:
        against = compare_with_champion(baseline, fitted.champion, split, fitted.learned, measured, judged)
    flattering = _measure(at_random(rows), office_units, recipe, fitted.learned, step) if random_split else None
    router = assemble(version, fitted.final, fitted.units_now, fitted.learned + newest, recipe, rows)
    findings = check(reading, office_units, _rules_of(office, fitted.units_now), doubts=False)
    names = {unit.id: unit.name for unit in measured.units}
    figures = {
        **figures_of(judged, {unit.id: unit.family for unit in measured.units}, names),
        "learning_curve": learning_curve(
            [*fitted.slices, (recipe.learned_of(len(split.learned)), split.held_back, newest)]
        ),
        "months": [] if reading.in_order_of_file else months(rows),
    }
    card = make_card(
        version,
        office.name,
        reading,
        recipe,
        split,
        evaluation,
        flattering,
        router,
        observed,
        office_units,
        against,
        findings.leaks,
        figures,
        drift_since_training(baseline, rows),
    )
    report = render_report(
        card,
        find_weak_units(split.held_back, judged, names),
        check=section_of(findings),
        check_style=STYLE,
        replay=_replay_of(office),
    )
    # The rows first: a version that can be seen has its past complaints, whenever the process ends.
    write_indexed_history(office.history_of(version), rows)
    with written_folder(office.versions_folder / version) as folder:
        _write_left_out(folder / "dropped.csv", reading.left_out)
        (folder / REPORT).write_text(report, encoding="utf-8")
        write_row_outcomes(folder, row_outcomes(judged), against.marks if against else None)
        artifact.save(folder, router, card, signing_key)
    make_first_champion(office, version, by)
    step("writing", 0)
    return Trained(
        version,
        recipe,
        len(rows),
        office.champion(),
        split,
        evaluation,
        against,
        flattering,
        fitted.units_now,
        findings.leaks,
    )


def remove_unfinished(office: Office) -> None:
    """Remove what an interrupted training left more than a day ago; a younger one may still be at work."""
    left = list(office.versions_folder.glob(".unfinished-*"))
    finished = set(office.versions())
    left += [folder for folder in office.history_folders()[1:] if folder.name not in finished]
    for path in left:
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Fitted:
    """The rankings of one training: one that has not seen the newest slice, one that has seen everything.

    `slices` are those of the forward chain: how many rows were learned, the later rows, and what came of them.
    `champion`: the champion's ranking where it had to be fitted anew.
    """

    slices: list[tuple[int, Sequence[LabelledComplaint], Outcomes]]
    learned: Outcomes
    measured: Ranking
    units_then: Units
    final: Ranking
    units_now: Units
    champion: tuple[Ranking, Units] | None


def _fit(
    rows: Sequence[LabelledComplaint],
    split: Split,
    office_units: Units,
    recipe: Recipe,
    baseline: ChampionBaseline | None,
    cluster: str,
    step: Step,
) -> _Fitted:
    with fits_on(cluster) as pool:
        final = pool.submit(fit_ranking, rows, office_units, recipe)
        measured = pool.submit(fit_ranking, split.learned, office_units, recipe)
        chain = slices_of(split.learned)
        # The longest first, so that what is left for one worker at the end is short.
        slices = [
            pool.submit(predict_slice, earlier, later, office_units, recipe) for earlier, later in reversed(chain)
        ][::-1]
        fits: dict[Future[Any], int] = {
            final: recipe.learned_of(len(rows)),
            measured: recipe.learned_of(len(split.learned)),
        }
        fits.update(dict.fromkeys(slices, recipe.learned_of(len(split.learned) // 2)))
        champion = None
        if baseline is not None and baseline.refitted:
            champion = pool.submit(fit_ranking, baseline.rows, office_units, baseline.recipe)
            fits[champion] = baseline.recipe.learned_of(len(baseline.rows))
        for done in as_completed(fits):
            step("fitting", fits[done])
    made = [
        (recipe.learned_of(len(earlier)), later, future.result())
        for (earlier, later), future in zip(chain, slices, strict=True)
    ]
    outcomes = sum((of for _, _, of in made), Outcomes([], []))
    return _Fitted(made, outcomes, *measured.result(), *final.result(), champion.result() if champion else None)


def steps_of(n_rows: int, recipe: Recipe, *, has_champion: bool, random_split: bool) -> int:
    """What the counts given to `step` add up to in a training of so many rows."""
    held_back = round(n_rows * HELD_BACK)
    before = n_rows - held_back
    learned = recipe.learned_of(before)
    fits = recipe.learned_of(n_rows) + learned + len(slices_of(range(before))) * recipe.learned_of(before // 2)
    return fits + held_back + (learned if has_champion else 0) + (learned if random_split else 0)


def _measure(split: Split, office_units: Units, recipe: Recipe, outcomes: Outcomes, step: Step) -> Evaluation:
    """Calibrated by the outcomes that the new model's chain had before the slice, never by the slice itself."""
    ranking, units = fit_ranking(split.learned, office_units, recipe)
    step("measuring", recipe.learned_of(len(split.learned)))
    return evaluate(assemble("", ranking, units, outcomes, recipe, split.learned), split.held_back, split.learned)


def _require_labels(rows: Sequence[LabelledComplaint]) -> None:
    taught = {row.unit for row in rows if row.unit and not row.returned}
    if len(taught) < _FEWEST_TAUGHT_LABELS:
        raise HistoryUnusable(
            f"The rows name {len(taught)} unit(s) that took a complaint: at least {_FEWEST_TAUGHT_LABELS} are needed to "
            "tell apart. Name the unit's column with --unit, or add an export with more units."
        )


def _rules_of(office: Office, units: Units) -> Rules | None:
    """The office's rules, for what becomes of rare units; a file that can't be read is told of where rules apply."""
    try:
        return read_rules(office.rules_file, units)
    except RulesFileInvalid:
        return None


def _replay_of(office: Office) -> str:
    """The learning curve of a replay that the office keeps, blank where there is none."""
    try:
        return (office.own_folder / REPLAY).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _write_left_out(path: Path, rows: Sequence[LeftOut]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "row", "reason", "id", "text"))
        writer.writerows((row.file, row.row, row.reason, row.id, row.text) for row in rows)
