"""Draw charts as SVG: a plane of values, the shapes on it, and the frame around them.

A page colours the shapes by their class; a drawing that stands alone names its colours as attributes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SHARE_OF_STEP = 0.76


@dataclass(frozen=True, slots=True)
class Plane:
    """A rectangle of a drawing, and the values at its edges."""

    left: float
    top: float
    width: float
    height: float
    lowest_x: float = 0.0
    highest_x: float = 1.0
    lowest_y: float = 0.0
    highest_y: float = 1.0

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, value: float) -> float:
        """The horizontal place of a value."""
        return self.left + self.width * (value - self.lowest_x) / (self.highest_x - self.lowest_x)

    def y(self, value: float) -> float:
        """The vertical place of a value; SVG counts from the top."""
        return self.top + self.height * (self.highest_y - value) / (self.highest_y - self.lowest_y)

    def ticks(self, step: float) -> list[float]:
        """The values of the vertical axis at every step."""
        count = round((self.highest_y - self.lowest_y) / step)
        return [self.lowest_y + step * number for number in range(count + 1)]


def whole_tenths(values: Iterable[float]) -> tuple[float, float]:
    """The range of shares, widened to whole tenths and at least one tenth wide.

    >>> whole_tenths([0.43, 0.61]), whole_tenths([1.0])
    ((0.4, 0.7), (0.9, 1.0))
    """
    values = list(values)
    lowest = min(0.9, math.floor(10 * min(values)) / 10)
    return lowest, max(math.ceil(10 * max(values)) / 10, lowest + 0.1)


def shape(tag: str, content: str = "", /, **attributes: object) -> Markup:
    """An SVG element with escaped content; `kind` is its class, and an underscore in a name stands for a hyphen.

    >>> print(shape("text", "A & B", kind="tick end", x=12.34, text_anchor="end"))
    <text class="tick end" x="12.3" text-anchor="end">A &amp; B</text>
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(_name(name), _value(value)) for name, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>" if content else "<{0}{1}/>").format(Markup(tag), written, content)  # noqa: S704 - a tag of ours


def polyline(points: Iterable[tuple[float, float]], **attributes: object) -> Markup:
    """A line through points.

    >>> print(polyline([(0, 1), (2.5, 3)], kind="line"))
    <polyline points="0,1 2.5,3" class="line"/>
    """
    return shape("polyline", points=" ".join(f"{_value(x)},{_value(y)}" for x, y in points), **attributes)


def bars(plane: Plane, series: Mapping[str, Sequence[float]], *, widest: float = math.inf) -> Iterator[Markup]:
    """Upright bars, side by side where there are several series: class of the bars → value at each step."""
    for place, (kind, values) in enumerate(series.items()):
        step = plane.width / len(values)
        width = min(_SHARE_OF_STEP * step / len(series), widest)
        for number, value in enumerate(values):
            x = plane.left + (number + 0.5) * step + (place - len(series) / 2) * width
            y = plane.y(value)
            yield shape("rect", kind=kind, x=x, y=y, width=width, height=plane.bottom - y)


def step_labels(plane: Plane, labels: Sequence[str], y: float, *, most: int, **attributes: object) -> Iterator[Markup]:
    """Labels below the middle of the steps: every label, or every n-th so that at most `most` are shown."""
    every = -(-len(labels) // most)
    step = plane.width / max(len(labels), 1)
    for number in range(0, len(labels), max(every, 1)):
        yield shape("text", labels[number], x=plane.left + (number + 0.5) * step, y=y, **attributes)


def drawing(
    width: int, height: int, title: str, shapes: Iterable[Markup], *, description: str = "", **attributes: object
) -> Markup:
    """The whole SVG; title and description say in words what a reader would see."""
    inside = [shape("title", title), *([shape("desc", description)] if description else []), *shapes]
    opening = shape(
        "svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        role="img",
        aria_label=f"{title}: {description}" if description else title,
        **attributes,
    )
    return Markup("{}>{}</svg>").format(opening.removesuffix("/>"), Markup("").join(inside))


def _name(name: str) -> str:
    return "class" if name == "kind" else name.replace("_", "-")


def _value(value: object) -> str:
    """Places to a tenth of a unit: finer than a screen shows."""
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)
