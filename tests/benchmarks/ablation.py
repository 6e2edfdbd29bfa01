"""What each part of the features and of the ranking brings: learn from the oldest 60 % of a history, score the next 20 %.

Usage: python tests/benchmarks/ablation.py HISTORY.csv

The newest 20 % is not looked at: it is what `pilah train` reports.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from model.office.units import Units
from training.dataset.read import read_exports
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe

WHOLE = Recipe()
VARIANTS = {
    "everything": WHOLE,
    "without stemming": replace(WHOLE, stemming=False),
    "without colloquial expansion": replace(WHOLE, colloquial=False),
    "without character n-grams": replace(WHOLE, characters=None),
    "without bigrams": replace(WHOLE, pairs=False),
    "with stop words left out": replace(WHOLE, stop_words=True),
    "without unit families": replace(WHOLE, families=False),
    "without the labels' own names": replace(WHOLE, names=False),
    "without naive Bayes": replace(WHOLE, bayes=False),
    "all rows alike, however old": replace(WHOLE, recency=False),
    "unit and category apart": replace(WHOLE, together=False),
    "without addressee phrases": replace(WHOLE, addressed=False),
}


def main(source: Path) -> None:
    """Print a row a variant."""
    rows = read_exports([source], columns={}, timezone="Asia/Jakarta").rows
    learned, later = rows[: round(len(rows) * 0.6)], rows[round(len(rows) * 0.6) : round(len(rows) * 0.8)]
    for name, recipe in VARIANTS.items():
        ranking, units = fit_ranking(learned, Units([]), recipe)
        evaluation = evaluate(assemble(name, ranking, units, Outcomes([], []), recipe, learned), later, learned)
        figures = [
            f"{scores.top_1:.3f} | {scores.top_3:.3f} | {scores.macro_f1:.3f}"
            for scores in (evaluation.unit, evaluation.category)
            if scores is not None
        ]
        print(f"| {name} | {' | '.join(figures)} |", flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
