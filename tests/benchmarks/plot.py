"""Curves over a number of rows as one self-contained SVG, for the documentation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_WIDTH, _HEIGHT = 360, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 24, 50, 40
_LEGEND, _LEGEND_STEP = 34, 116
# Told apart by colour-blind eyes too (Okabe and Ito 2008); dashes besides.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_DASHES = ("", "6 4", "2 3", "8 3 2 3")
_TICKS = 5


@dataclass(frozen=True)
class Curve:
    """A named line through points of (rows, value)."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """Curves over the same rows; `across` says what these are. `proportional`: both axes begin at 0, rows are not logarithms."""

    title: str
    across: str
    curves: Sequence[Curve]
    proportional: bool = False


def draw(panels: Sequence[Panel]) -> str:
    """The panels side by side."""
    width = _WIDTH * len(panels)
    inside = [line for number, panel in enumerate(panels) for line in _panel(panel, number * _WIDTH)]
    title = escape("; ".join(panel.title for panel in panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label="{title}" '
        'font-family="system-ui, sans-serif" font-size="11">\n'
        f'<rect width="{width}" height="{_HEIGHT}" fill="#ffffff"/>\n' + "\n".join(inside) + "\n</svg>\n"
    )


@dataclass(frozen=True)
class _Scale:
    """From rows and a value to a place in a panel."""

    left: float
    rows: tuple[float, float]
    values: tuple[float, float]
    place: Callable[[float], float]

    @classmethod
    def of(cls, panel: Panel, left: float) -> _Scale:
        rows = [x for curve in panel.curves for x, _ in curve.points]
        values = [y for curve in panel.curves for _, y in curve.points]
        lowest = 0.0 if panel.proportional else min(values)
        place = float if panel.proportional else math.log
        first = 0.0 if panel.proportional else place(min(rows))
        step = _step(max(values) - lowest)
        bounds = math.floor(lowest / step) * step, math.ceil(max(values) / step) * step
        return cls(left + _LEFT, (first, place(max(rows))), bounds, place)

    def x(self, rows: float) -> float:
        low, high = self.rows
        return self.left + (_WIDTH - _LEFT - _RIGHT) * (self.place(rows) - low) / ((high - low) or 1.0)

    def y(self, value: float) -> float:
        low, high = self.values
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / ((high - low) or 1.0)

    def ticks(self) -> list[float]:
        low, high = self.values
        step = _step(high - low)
        return [low + step * number for number in range(round((high - low) / step) + 1)]


def _step(span: float) -> float:
    """A round distance between lines: 1, 2 or 5 times a power of ten, some five of them."""
    rough = (span or 1.0) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= rough)


def _panel(panel: Panel, left: float) -> Iterator[str]:
    scale = _Scale.of(panel, left)
    right, bottom = left + _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    yield f'<text x="{left + 12}" y="18" font-size="13" font-weight="600" fill="#111827">{escape(panel.title)}</text>'
    for value in scale.ticks():
        y = scale.y(value)
        yield f'<line x1="{scale.left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        yield f'<text x="{scale.left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#4b5563">{_short(value)}</text>'
    for rows in sorted({x for curve in panel.curves for x, _ in curve.points}):
        yield f'<text x="{scale.x(rows):.1f}" y="{bottom + 16}" text-anchor="middle" fill="#4b5563">{_short(rows)}</text>'
    yield f'<text x="{(scale.left + right) / 2:.1f}" y="{bottom + 32}" text-anchor="middle" fill="#4b5563">{escape(panel.across)}</text>'
    for number, curve in enumerate(panel.curves):
        yield from _curve(curve, scale, number, left)


def _curve(curve: Curve, scale: _Scale, number: int, left: float) -> Iterator[str]:
    style = f'stroke="{_COLOURS[number]}" stroke-width="2" stroke-dasharray="{_DASHES[number]}"'
    path = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in curve.points)
    yield f'<polyline points="{path}" fill="none" {style}/>'
    for x, y in curve.points:
        yield f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="3" fill="{_COLOURS[number]}"/>'
    start = left + 12 + number * _LEGEND_STEP
    yield f'<line x1="{start}" x2="{start + 18}" y1="{_LEGEND}" y2="{_LEGEND}" {style}/>'
    yield f'<text x="{start + 23}" y="{_LEGEND + 4}" fill="#111827">{escape(curve.name)}</text>'


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    return f"{value / 1_000:.3g}k" if value >= 1_000 else f"{value:.3g}"
