"""The card of a version: for machines, and for whoever asks later how this model came to be."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from model.drift.baseline import Baseline
from model.versions.artifact import library_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.drift.baseline import Observation
    from model.history.rows import LabelledComplaint
    from model.office.units import Units
    from model.router import Router
    from model.versions.artifact import Card
    from training.dataset.leakage import Leaks
    from training.dataset.read import Reading
    from training.dataset.split import Split
    from training.evaluation.challenger import ChampionComparison
    from training.evaluation.metrics import Evaluation
    from training.fitting.recipe import Recipe


def make_card(
    version: str,
    office: str,
    reading: Reading,
    recipe: Recipe,
    split: Split,
    evaluation: Evaluation,
    random_split: Evaluation | None,
    router: Router,
    observed: Sequence[Observation],
    office_units: Units,
    against: ChampionComparison | None,
    leaks: Leaks,
    figures: dict[str, Any],
    since: dict[str, Any] | None,
) -> Card:
    """Data, split, every figure, thresholds, labels and library versions; no text and no id of any complaint."""
    return {
        "version": version,
        "office": office,
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "files": [
                {"name": file.path.name, "shape": file.shape, "rows": file.rows, "columns": dict(file.columns)}
                for file in reading.files
            ],
            "rows": len(reading.rows),
            "learned": recipe.learned_of(len(reading.rows)),
            "left_out": reading.reasons,
            "from_ledger": reading.from_ledger,
            "sha256": _fingerprint(reading.rows),
            **_period(reading.rows),
        },
        "split": {
            "kind": "by time",
            "earlier": len(split.learned),
            "learned": recipe.learned_of(len(split.learned)),
            "held_back": len(split.held_back),
            "near_duplicates_moved_to_learned": split.repeated,
            "sha256": _fingerprint(split.held_back),
            **_period(split.held_back),
        },
        "recipe": asdict(recipe),
        "seed": 0,
        "evaluation": evaluation.as_dict(),
        "random_split_evaluation": random_split.as_dict() if random_split else None,
        "comparison": against.as_dict() if against else None,
        "since_champion": since,
        "figures": figures,
        "units_file": {"ids": [unit.id for unit in office_units]},
        "leaks": asdict(leaks),
        "drift": Baseline.of(observed).to_dict(),
        "thresholds": router.thresholds,
        "families": router.families,
        "labels": {"units": len(router.units), "categories": len(router.category_labels)},
        "libraries": library_versions(),
    }


def _period(rows: Sequence[LabelledComplaint]) -> dict[str, str | None]:
    if not rows:
        return {"from": None, "to": None}
    moments = [row.received_at for row in rows]
    return {"from": min(moments).isoformat(), "to": max(moments).isoformat()}


def _fingerprint(rows: Sequence[LabelledComplaint]) -> str:
    digest = sha256()
    for row in rows:
        digest.update(repr((row.complaint.text, row.unit, row.category, row.received_at)).encode())
        if row.verdict or row.wrong_units:
            digest.update(repr((row.verdict, row.wrong_units)).encode())
    return digest.hexdigest()
