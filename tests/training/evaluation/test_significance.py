"""Worse beyond noise or not: outcomes whose answer is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from training.evaluation.row_outcomes import FIGURES, RowOutcomes
from training.evaluation.significance import SIGNIFICANT, compare, holm

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORDS = np.random.default_rng(7)


def _marks(right: NDArray[Any], units: list[str] | None = None) -> RowOutcomes:
    """The same marks for each figure."""
    return RowOutcomes(tuple(units or ["dinas"] * len(right)), dict.fromkeys(FIGURES, right.astype(np.int8)))


def _pair(equal: int, won: int, lost: int) -> tuple[RowOutcomes, RowOutcomes]:
    challenger = np.array([1] * equal + [1] * won + [0] * lost)
    champion = np.array([1] * equal + [0] * won + [1] * lost)
    return _marks(challenger), _marks(champion)


def test_equal_models_are_never_worse() -> None:
    marks = _marks(_WORDS.integers(0, 2, 500))
    comparison = compare(marks, marks)
    assert not comparison.worse
    assert all(figure.p == 1 for figure in (*comparison.figures, *comparison.units))


def test_a_clear_loss_is_found_and_a_clear_gain_is_not_called_one() -> None:
    challenger, champion = _pair(equal=900, won=10, lost=90)
    assert {figure.name for figure in compare(challenger, champion).worse} == {*FIGURES, "dinas"}
    assert not compare(champion, challenger).worse


@pytest.mark.parametrize(("won", "lost"), [(40, 60), (20, 36), (45, 50), (30, 30), (5, 15)])
def test_the_p_value_is_near_that_of_the_exact_sign_test(won: int, lost: int) -> None:
    challenger, champion = _pair(1000, won, lost)
    exact = binomtest(lost, won + lost, alternative="greater").pvalue
    assert compare(challenger, champion).figures[0].p == pytest.approx(exact, abs=0.04)


def test_a_model_that_is_no_worse_is_seldom_refused() -> None:
    generator = np.random.default_rng(3)
    units = [f"unit-{n % 8}" for n in range(1600)]
    refused = 0
    for _ in range(60):
        champion = generator.random(1600) < 0.7
        differs = generator.random(1600) < 0.15
        challenger = np.where(differs, generator.random(1600) < 0.7, champion)
        refused += bool(compare(_marks(challenger, units), _marks(champion, units)).worse)
    # Two families of tests, each at 5 %; far from it would mean that the correction is not one.
    assert refused / 60 < 0.15


def test_one_unit_that_collapses_is_found_though_the_whole_is_better() -> None:
    generator = np.random.default_rng(5)
    units = ["runtuh"] * 40 + [f"unit-{n % 9}" for n in range(900)]
    champion = generator.random(940) < 0.7
    challenger = champion.copy()
    challenger[40:] |= generator.random(900) < 0.2
    challenger[:40] = False
    comparison = compare(_marks(challenger, units), _marks(champion, units), {"runtuh": "Dinas Runtuh"})
    assert [figure.name for figure in comparison.worse] == ["Dinas Runtuh"]


def test_a_unit_below_thirty_rows_is_not_looked_at_by_itself() -> None:
    units = ["kecil"] * 29 + ["besar"] * 200
    champion = np.ones(229)
    challenger = np.array([0] * 29 + [1] * 200)
    assert [unit.name for unit in compare(_marks(challenger, units), _marks(champion, units)).units] == ["besar"]


def test_rows_that_one_of_both_was_not_scored_on_are_left_out() -> None:
    challenger, champion = _marks(np.array([1, 1, -1, 0])), _marks(np.array([1, -1, 0, 1]))
    first = compare(challenger, champion).figures[0]
    assert (first.rows, first.challenger, first.champion) == (2, 0.5, 1.0)


def test_the_same_marks_give_the_same_figures_again() -> None:
    challenger, champion = _pair(300, 21, 33)
    assert compare(challenger, champion) == compare(challenger, champion)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(before <= after <= 1 for before, after in zip(p_values, corrected, strict=True))
    by_before = [after for _, after in sorted(zip(p_values, corrected, strict=True))]
    assert by_before == sorted(by_before)
    # The smallest is corrected as Bonferroni would.
    assert min(corrected) == pytest.approx(min(1, min(p_values) * len(p_values)))


def test_holm_on_twenty_true_hypotheses_errs_no_more_often_than_it_may() -> None:
    generator = np.random.default_rng(11)
    errs = np.mean([min(holm(list(generator.random(20)))) < SIGNIFICANT for _ in range(1000)])
    assert errs < 0.07
