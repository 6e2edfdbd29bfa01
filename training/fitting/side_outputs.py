"""Fit a side output by logistic regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.ranking.side_outputs import SideOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_matrix

# With fewer labelled rows, or a single label, a side output would only repeat the most frequent label.
_FEWEST_ROWS = 50
_REGULARISATION = 5.0


def fit_side_output(rows: csr_matrix, labels: Sequence[str]) -> SideOutput | None:
    """Learn from the rows with a label; None for too few rows or a single label."""
    labelled = [i for i, label in enumerate(labels) if label]
    known = [labels[i] for i in labelled]
    if len(labelled) < _FEWEST_ROWS or len(set(known)) < 2:  # noqa: PLR2004 - one label tells nothing apart
        return None
    regression = LogisticRegression(C=_REGULARISATION, max_iter=300).fit(rows[labelled], np.asarray(known))
    weights, intercepts = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:  # noqa: PLR2004 - scikit-learn keeps one row for two classes
        weights, intercepts = np.vstack((-weights, weights)) / 2, np.concatenate((-intercepts, intercepts)) / 2
    return SideOutput(
        tuple(str(label) for label in regression.classes_),
        np.ascontiguousarray(weights.T, dtype=np.float32),
        intercepts.astype(np.float32),
    )
