"""Arrays that joblib maps from a model's file, so that workers share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


def plain_arrays(state: Mapping[str, object]) -> dict[str, object]:
    """The attributes with each mapped array as a plain one over the same memory.

    numpy.memmap is a subclass in Python: each slice of it costs more than the work of one text on it.
    """
    return {name: np.asarray(value) if isinstance(value, np.memmap) else value for name, value in state.items()}
