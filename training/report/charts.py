"""The report's charts as inline SVG: a handful of shapes, coloured by the page's style, so that dark and paper both fit.

Each says in its title what a reader would see; the numbers stand in a table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from training.report.indonesian import month, number, percent, points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.evaluation.curves import Figures

_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_MOST_MONTHS_NAMED = 8
_LONG_NAME = 40


@dataclass(frozen=True, slots=True)
class _Plane:
    """A rectangle within a drawing, and the values at its edges."""

    left: float
    top: float
    width: float
    height: float
    lowest_x: float = 0.0
    highest_x: float = 1.0
    lowest_y: float = 0.0
    highest_y: float = 1.0

    def x(self, value: float) -> float:
        return round(self.left + self.width * (value - self.lowest_x) / (self.highest_x - self.lowest_x), 1)

    def y(self, value: float) -> float:
        return round(self.top + self.height * (self.highest_y - value) / (self.highest_y - self.lowest_y), 1)

    def grid(self, across: Sequence[float], up: Sequence[float]) -> Iterator[str]:
        """Lines and percentages at these values."""
        bottom, right = self.top + self.height, self.left + self.width
        for value in up:
            y = self.y(value)
            yield f'<line class="grid" x1="{self.left}" x2="{right}" y1="{y}" y2="{y}"/>'
            yield f'<text class="tick end" x="{self.left - 6}" y="{y + 4}">{percent(value)}</text>'
        for value in across:
            yield f'<text class="tick mid" x="{self.x(value)}" y="{bottom + 16}">{percent(value)}</text>'


def reliability_chart(bins: Sequence[Figures]) -> Markup:
    """How often suggestions of one confidence were right; on the diagonal confidence holds what it says."""
    plane = _Plane(48, 10, 300, 220)
    most = max(found["rows"] for found in bins)
    dots = [
        f'<circle class="dot" cx="{plane.x(found["confidence"])}" cy="{plane.y(found["right"])}" '
        f'r="{3 + 8 * math.sqrt(found["rows"] / most):.1f}"/>'
        for found in bins
    ]
    line = _path((plane.x(found["confidence"]), plane.y(found["right"])) for found in bins)
    return _svg(
        376,
        276,
        "Kurva keandalan: keyakinan di sumbu datar, bagian yang benar di sumbu tegak",
        [
            *plane.grid(_FIFTHS, _FIFTHS),
            f'<line class="ideal" x1="{plane.x(0)}" y1="{plane.y(0)}" x2="{plane.x(1)}" y2="{plane.y(1)}"/>',
            f'<path class="line" d="{line}"/>',
            *dots,
            '<text class="axis mid" x="198" y="266">keyakinan saran</text>',
        ],
    )


def coverage_chart(curve: Sequence[Figures], promise: float) -> Markup:
    """The share right among the surest rows, over how many of them are taken."""
    lowest = min(0.5, math.floor(10 * min(found["precision"] for found in curve)) / 10)
    plane = _Plane(48, 10, 300, 220, lowest_y=lowest)
    ticks = [lowest + 0.1 * step for step in range(round((1 - lowest) * 10) + 1)]
    line = _path((plane.x(found["coverage"]), plane.y(found["precision"])) for found in curve)
    return _svg(
        376,
        276,
        "Ketepatan di antara saran yang paling yakin, menurut bagian yang diambil",
        [
            *plane.grid(_FIFTHS, ticks),
            f'<line class="ideal" x1="48" x2="348" y1="{plane.y(promise)}" y2="{plane.y(promise)}"/>',
            f'<text class="tick end" x="346" y="{plane.y(promise) - 5}">janji {percent(promise)}</text>',
            f'<path class="line" d="{line}"/>',
            '<text class="axis mid" x="198" y="266">bagian pengaduan yang diambil</text>',
        ],
    )


def months_chart(counted: Sequence[Figures]) -> Markup:
    """A bar a month."""
    plane = _Plane(48, 12, 580, 110, highest_y=max(found["rows"] for found in counted))
    step = plane.width / len(counted)
    every = -(-len(counted) // _MOST_MONTHS_NAMED)
    shapes = [f'<text class="tick end" x="42" y="{plane.top + 8}">{number(int(plane.highest_y))}</text>']
    for at, found in enumerate(counted):
        x, y = plane.left + at * step, plane.y(found["rows"])
        shapes.append(
            f'<rect class="bar" x="{x + step * 0.12:.1f}" y="{y}" width="{step * 0.76:.1f}" height="{plane.y(0) - y:.1f}"/>'
        )
        if at % every == 0:
            shapes.append(f'<text class="tick mid" x="{x + step / 2:.1f}" y="140">{month(found["month"])}</text>')
    shapes.append(f'<line class="base" x1="48" x2="628" y1="{plane.y(0)}" y2="{plane.y(0)}"/>')
    return _svg(640, 148, "Jumlah pengaduan tiap bulan", shapes)


def curve_chart(curve: Sequence[Figures]) -> Markup:
    """The share right over the number of rows that were learned from, for unit and category."""
    values = [found[name] for found in curve for name in ("unit_top_1", "category_top_1") if found[name] is not None]
    # Whole tenths, and at least one of them, whatever the figures are.
    lowest = min(0.9, math.floor(10 * min(values)) / 10)
    highest = max(math.ceil(10 * max(values)) / 10, lowest + 0.1)
    most = max(found["learned"] for found in curve)
    plane = _Plane(48, 10, 420, 180, 0, most * 1.05, lowest, highest)
    ticks = [lowest + 0.1 * step for step in range(round((highest - lowest) * 10) + 1)]
    shapes = list(plane.grid((), ticks))
    for found in curve:
        x = plane.x(found["learned"])
        shapes.append(f'<text class="tick mid" x="{x}" y="206">{number(found["learned"])}</text>')
    for name, said, kind in (("unit_top_1", "unit", "line"), ("category_top_1", "kategori", "line second")):
        known = [(plane.x(found["learned"]), plane.y(found[name])) for found in curve if found[name] is not None]
        if not known:
            continue
        shapes.append(f'<path class="{kind}" d="{_path(known)}"/>')
        shapes += [f'<circle class="dot {kind.removeprefix("line")}" cx="{x}" cy="{y}" r="4"/>' for x, y in known]
        shapes.append(f'<text class="name" x="{known[-1][0] + 10}" y="{known[-1][1] + 4}">{said}</text>')
    shapes.append('<text class="axis mid" x="258" y="224">pengaduan yang sudah dipelajari</text>')
    return _svg(560, 232, "Kurva belajar: ketepatan saran pertama menurut jumlah pengaduan yang dipelajari", shapes)


def differences_chart(figures: Sequence[tuple[str, Figures]]) -> Markup:
    """The difference of each figure between both versions, with the middle 95 % of its resamples."""
    reach = max(0.02, *(max(abs(found["low"]), abs(found["high"])) for _, found in figures)) * 1.1
    height = 26 * len(figures)
    plane = _Plane(250, 8, 320, height, -reach, reach)
    zero = plane.x(0)
    shapes = [f'<line class="ideal" x1="{zero}" x2="{zero}" y1="4" y2="{height + 8}"/>']
    for at, (said, found) in enumerate(figures):
        y = 8 + 26 * at + 13
        kind = " worse" if found["worse"] else ""
        name = said if len(said) <= _LONG_NAME else f"{said[: _LONG_NAME - 1]}…"
        shapes += [
            f'<text class="name end" x="240" y="{y + 4}">{escape(name)}</text>',
            f'<line class="range{kind}" x1="{plane.x(found["low"])}" x2="{plane.x(found["high"])}" y1="{y}" y2="{y}"/>',
            f'<circle class="dot{kind}" cx="{plane.x(found["difference"])}" cy="{y}" r="4.5"/>',
        ]
    shapes += [
        f'<text class="tick mid" x="{plane.x(value)}" y="{height + 24}">{points(value)}</text>'
        for value in (-reach / 1.1, 0.0, reach / 1.1)
    ]
    return _svg(620, height + 32, "Selisih versi baru dengan versi yang dipakai, dalam poin persentase", shapes)


def _path(at: Iterator[tuple[float, float]] | Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in at)


def _svg(width: int, height: int, title: str, shapes: Sequence[str]) -> Markup:
    inside = "".join(shapes)
    return Markup(  # noqa: S704 - names are escaped where they are put in, the rest are numbers
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{inside}</svg>"
    )
