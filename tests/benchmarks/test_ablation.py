from __future__ import annotations

from model.office.units import Units
from tests.benchmarks.ablation import VARIANTS
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.sample_office import sample_rows


def test_every_variant_of_the_ablation_changes_the_ranking() -> None:
    rows = sample_rows("kumham")[:30]
    scores = {}
    for name, variant in VARIANTS.items():
        with variant:
            ranking, _ = fit_ranking(rows, Units([]), Recipe())
            ranked = ranking.rank_many([row.complaint for row in rows])
        scores[name] = [unit.probability for row in ranked for unit in row.units] + [
            probability for row in ranked for _, probability in row.categories
        ]
    alike = [name for name, own in scores.items() if name != "everything" and own == scores["everything"]]
    assert alike == []
