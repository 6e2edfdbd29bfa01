"""Make the model card of a version: a machine-readable record of its data, recipe and figures."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from data.messages import Language
from model.drift.baseline import Baseline
from model.versions.artifact import library_versions
from training.dataset.split import period_of
from training.evaluation.drift import observations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.router import Router
    from model.versions.artifact import Card
    from training.dataset.leakage import Leaks
    from training.dataset.plan import TrainingPlan
    from training.dataset.read import Reading
    from training.dataset.split import Split
    from training.evaluation.measurement import Measurement
    from training.fitting.recipe import Recipe


def make_card(
    router: Router,
    office: str,
    reading: Reading,
    recipe: Recipe,
    plan: TrainingPlan,
    office_units: Units,
    office_categories: Categories,
    leaks: Leaks,
    measurement: Measurement,
) -> Card:
    """Data, split, figures, thresholds, labels and library versions; no text and no id of a complaint."""
    predictions, random_split, champion = measurement.predictions, measurement.random_split, measurement.champion
    observed = observations(predictions.router, predictions.rows, predictions.suggestions)
    return {
        "version": router.version,
        "office": office,
        "trained_at": reading.now().isoformat(timespec="seconds"),
        "data": _data(reading, recipe),
        "split": _split(plan.split, recipe),
        "shortcomings": [str(each) for each in plan.shortcomings()],
        "shortcomings_indonesian": [each.told_in(Language.INDONESIAN) for each in plan.shortcomings()],
        "recipe": asdict(recipe),
        "seed": 0,
        "evaluation": measurement.evaluation.as_dict(),
        "random_split_evaluation": random_split.as_dict() if random_split else None,
        "comparison": champion.as_dict() if champion else None,
        "since_champion": measurement.drift,
        "figures": measurement.figures,
        "units_file": {"ids": [unit.id for unit in office_units]},
        "categories_file": _categories_file(office_categories, reading),
        "leaks": asdict(leaks),
        "drift": Baseline.of(observed).to_dict(),
        "thresholds": router.thresholds,
        "families": router.families,
        "labels": {"units": len(router.units), "categories": len(router.categories)},
        "libraries": library_versions(),
    }


def _categories_file(listed: Categories, reading: Reading) -> dict[str, Any]:
    """What categories.csv said at the training: the ids, and the names closed or without a row."""
    with_rows = {found.id for row in reading.rows if row.category and (found := listed.find(row.category))}
    today = reading.now().date()
    return {
        "ids": [category.id for category in listed],
        "closed": [listed.shown_name(category.id) for category in listed if not category.valid_on(today)],
        "without_rows": len([1 for category_id in listed.suggestible() if category_id not in with_rows]),
    }


def _data(reading: Reading, recipe: Recipe) -> dict[str, Any]:
    return {
        "files": [
            {"name": file.path.name, "shape": file.shape, "rows": file.rows, "columns": dict(file.columns)}
            for file in reading.files
        ],
        "rows": len(reading.rows),
        "learned": recipe.learned_of(len(reading.rows)),
        "left_out": reading.reasons(),
        "left_out_indonesian": reading.reasons(Language.INDONESIAN),
        "from_ledger": reading.from_ledger,
        "sha256": _fingerprint(reading.rows),
        **period_of(reading.rows),
    }


def _split(split: Split, recipe: Recipe) -> dict[str, Any]:
    kind = "by row order" if split.by_row_order else "by time"
    unmeasured = split.unmeasured
    return {
        "kind": "not measured" if unmeasured else kind,
        "unmeasured": str(unmeasured or ""),
        "unmeasured_indonesian": unmeasured.told_in(Language.INDONESIAN) if unmeasured else "",
        "earlier": len(split.learned),
        "learned": recipe.learned_of(len(split.learned)),
        "held_back": len(split.held_back),
        "near_duplicates_moved_to_learned": split.repeated,
        # Two versions without rows to measure on weren't measured on the same rows.
        "sha256": _fingerprint(split.held_back) if split.held_back else "",
        **period_of(split.held_back),
    }


def _fingerprint(rows: Sequence[LabelledComplaint]) -> str:
    digest = sha256()
    for row in rows:
        digest.update(repr((row.complaint.text, row.unit, row.category, row.received_at)).encode())
        if row.verdict or row.wrong_units:
            digest.update(repr((row.verdict, row.wrong_units)).encode())
    return digest.hexdigest()
