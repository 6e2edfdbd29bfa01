"""Ablation: what each part of the features and of the ranking brings.

Usage: python tests/benchmarks/ablation.py HISTORY.csv

Learns from the oldest 60 % of a history and scores the next 20 %; the newest 20 % is left to `pilah train`. The product
has no switches: each variant replaces one constant or function for the time of its training and scoring.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from model.language.features import ComplaintFeatures
from model.language.stemming import Stemmer, process_stemmer
from model.office.addressees import Addressees, Direction
from model.office.units import Units
from model.ranking.ranker import document
from training.dataset.read import read_exports
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from model.complaint import Complaint
    from model.language.vocabulary import Document


def _features(**settings: Any) -> AbstractContextManager[object]:
    return patch("training.fitting.ranker.ComplaintFeatures", partial(ComplaintFeatures, **settings))


def without_characters() -> AbstractContextManager[object]:
    """Fit without character n-grams."""
    return _features(characters=False)


@contextmanager
def _without_stemming() -> Iterator[None]:
    process_stemmer.cache_clear()
    with patch.object(Stemmer, "stem", lambda _, word: word):
        yield
    process_stemmer.cache_clear()


@contextmanager
def _without_addressees() -> Iterator[None]:
    """Blank the phrases that name an addressee, in training and in scoring."""

    def blanked(complaint: Complaint, addressees: Addressees) -> Document:
        whole = document(complaint, addressees)
        return type(whole)(addressees.without(whole.text, Direction.ADDRESSED), whole.clues)

    with ExitStack() as stack:
        for module in ("training.fitting.ranker", "model.ranking.ranker"):
            stack.enter_context(patch(f"{module}.document", blanked))
        yield


VARIANTS: Mapping[str, AbstractContextManager[object]] = {
    "everything": ExitStack(),
    "without stemming": _without_stemming(),
    "without colloquial expansion": patch("model.language.word_parts.expand", lambda folded, _: (folded,)),
    "without character n-grams": without_characters(),
    "without bigrams": _features(pairs=False),
    "with stop words left out": _features(function_words=False),
    "without unit families": patch("training.fitting.fit.find_families", lambda _units, _rows: {}),
    "without the labels' own names": patch("model.ranking.linear.NameWeight.of", lambda _weight, _rows: 0.0),
    "without naive Bayes": patch("training.fitting.linear.BAYES_WEIGHT", 0.0),
    "all rows alike, however old": patch("training.fitting.sample_weights.LEAST_WEIGHT", 1.0),
    "unit and category apart": patch("training.fitting.linear.MUTUAL_WEIGHT", 0.0),
    "without addressee phrases": _without_addressees(),
}


def main(source: Path) -> None:
    """Print a row a variant."""
    rows = read_exports([source], columns={}, timezone="Asia/Jakarta").rows
    learned, later = rows[: round(len(rows) * 0.6)], rows[round(len(rows) * 0.6) : round(len(rows) * 0.8)]
    recipe = Recipe()
    for name, variant in VARIANTS.items():
        with variant:
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
