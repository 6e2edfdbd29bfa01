"""Charts as drawings: the numbers in a table below say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _HEIGHT, _BELOW = 640, 160, 18
_MOST_LABELS = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the drawing, in its own units."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Pairs of bars with labels under some of them; `top` is what the highest bar stands for."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[tuple[float, str], ...]
    top: int


def bars(points: Sequence[tuple[str, int, int]]) -> Chart:
    """Two bars for each label: what came in, and what was decided.

    >>> [round(bar.height) for bar in bars([("1 Nov", 10, 5)]).bars]
    [142, 71]
    """
    top = max((max(first, second) for _, first, second in points), default=0)
    step = _WIDTH / max(len(points), 1)
    room = _HEIGHT - _BELOW
    drawn, labels = [], []
    every = -(-len(points) // _MOST_LABELS)
    for at, (label, *values) in enumerate(points):
        for place, (value, kind) in enumerate(zip(values, ("in", "done"), strict=True)):
            height = room * value / top if top else 0.0
            width = min(step * 0.38, 26)
            drawn.append(Bar(at * step + step / 2 + (place - 1) * width, room - height, width, height, kind))
        if at % every == 0:
            labels.append((at * step + step / 2, label))
    return Chart(_WIDTH, _HEIGHT, tuple(drawn), tuple(labels), top)
