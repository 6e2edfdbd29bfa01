"""The learning curve of a replay as one self-contained SVG, which a browser opens and a report takes in."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.simulation.officers import ReplayResult, SimulatedRun

SMOOTHED_WEEKS = 4

_WIDTH, _HEIGHT = 760, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 190, 44, 46
_FROZEN_COLOUR = "#6b7280"
# Told apart by colour-blind eyes too (Okabe and Ito 2008); each line is named at its end besides.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
_LABEL_GAP = 15
_TICKS = 4
# A mean of fewer complaints jumps about and tells nothing.
_FEWEST_ROWS = 20


def draw(replayed: ReplayResult) -> str:
    """The share of right first units over time, each point the mean of the four stretches up to it."""
    curves = [(line, _smoothed(line, replayed.weeks)) for line in replayed.lines]
    scale = _Scale.of([value for _, points in curves for _, value in points], replayed.weeks[-1])
    return "\n".join((*_frame(replayed), *_grid(replayed, scale), *_drawn(curves, scale), "</svg>\n"))


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a stretch and a share to a place in the drawing."""

    lowest: float
    highest: float
    last_week: int

    @classmethod
    def of(cls, values: Sequence[float], last_week: int) -> _Scale:
        """The values' range, widened to whole tenths."""
        lowest = math.floor(min(values) * 10) / 10
        return cls(lowest, max(math.ceil(max(values) * 10) / 10, lowest + 0.1), max(last_week, 1))

    def x(self, week: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * week / self.last_week

    def y(self, value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (self.highest - value) / (self.highest - self.lowest)

    def ticks(self) -> list[float]:
        size = 0.05 if self.highest - self.lowest < 0.35 else 0.1  # noqa: PLR2004 - about six lines
        return [self.lowest + size * number for number in range(round((self.highest - self.lowest) / size) + 1)]


def _frame(replayed: ReplayResult) -> list[str]:
    about = f"rata-rata {SMOOTHED_WEEKS} putaran terakhir; satu putaran {replayed.plan.days} hari"
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
    return [
        f'{opening} aria-labelledby="kurva-judul kurva-isi" font-family="system-ui, sans-serif" font-size="12">',
        '<title id="kurva-judul">Kurva belajar</title>',
        f'<desc id="kurva-isi">{escape(_told(replayed))}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" font-size="14" font-weight="600" fill="#111827">Saran unit pertama yang benar</text>',
        f'<text x="{_LEFT}" y="34" fill="#4b5563">{about}</text>',
    ]


def _grid(replayed: ReplayResult, scale: _Scale) -> Iterator[str]:
    right, base = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM + 20
    for value in scale.ticks():
        y = scale.y(value)
        yield f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#4b5563">{value:.0%}</text>'
    for week in sorted({round(scale.last_week * tick / _TICKS) for tick in range(_TICKS + 1)}):
        day = replayed.stream_from + timedelta(days=week * replayed.plan.days)
        yield f'<text x="{scale.x(week):.1f}" y="{base}" text-anchor="middle" fill="#4b5563">{day:%d-%m-%Y}</text>'


def _drawn(curves: Sequence[tuple[SimulatedRun, list[tuple[int, float]]]], scale: _Scale) -> Iterator[str]:
    ends = _apart([scale.y(points[-1][1]) for _, points in curves])
    for number, ((line, points), end) in enumerate(zip(curves, ends, strict=True)):
        colour = _FROZEN_COLOUR if line.error is None else _COLOURS[(number - 1) % len(_COLOURS)]
        dashes = ' stroke-dasharray="5 4"' if line.error is None else ""
        for stretch in _without_gaps(points):
            path = " ".join(f"{scale.x(week):.1f},{scale.y(value):.1f}" for week, value in stretch)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        yield f'<text x="{_WIDTH - _RIGHT + 8}" y="{end + 4:.1f}" fill="{colour}">{escape(_name(line))}</text>'


def _name(line: SimulatedRun) -> str:
    if line.error is None:
        return "tidak pernah belajar"
    return f"belajar, petugas keliru {line.error:.0%}"


def _told(replayed: ReplayResult) -> str:
    """The drawing in words, for who can't see it."""
    shares = "; ".join(f"{_name(line)}: {line.share() or 0:.1%}" for line in replayed.lines)
    return f"{replayed.stream_from:%d-%m-%Y} sampai {replayed.stream_to:%d-%m-%Y}, seluruhnya benar: {shares}."


def _smoothed(line: SimulatedRun, weeks: Sequence[int]) -> list[tuple[int, float]]:
    rows = Counter(row.week for row in line.judged if row.unit_right is not None)
    windows = {week: range(week - SMOOTHED_WEEKS + 1, week + 1) for week in weeks}
    means = [
        (week, line.share(window) or 0.0)
        for week, window in windows.items()
        if sum(rows[one] for one in window) >= _FEWEST_ROWS
    ]
    return means or [(0, line.share() or 0.0)]


def _without_gaps(points: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """The points in stretches: months that a history lacks are not bridged by a line."""
    stretches: list[list[tuple[int, float]]] = []
    for point in points:
        if stretches and point[0] - stretches[-1][-1][0] <= SMOOTHED_WEEKS:
            stretches[-1].append(point)
        else:
            stretches.append([point])
    return stretches


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights of labels, moved down where they would overlap."""
    placed = dict[int, float]()
    free_from = 0.0
    for number in sorted(range(len(heights)), key=heights.__getitem__):
        placed[number] = max(heights[number], free_from)
        free_from = placed[number] + _LABEL_GAP
    return [placed[number] for number in range(len(heights))]
