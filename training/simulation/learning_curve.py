"""Draw the learning curve of a replay as one self-contained SVG, for a browser or the report."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from data.drawing import Plane, drawing, polyline, shape, whole_tenths
from data.indonesian import day, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from training.simulation.officers import ReplayResult, SimulatedRun

    Point = tuple[int, float]

SMOOTHED_WEEKS = 4

_WIDTH, _HEIGHT = 760, 340
_FROZEN_COLOUR, _TEXT_COLOUR = "#6b7280", "#4b5563"
# Distinct for colour-blind readers too (Okabe and Ito 2008); every line has a label besides.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
_LABEL_GAP = 15
_DATES_NAMED = 4
# A mean of fewer complaints is mostly noise.
_FEWEST_ROWS = 20


def draw(replayed: ReplayResult) -> str:
    """The share of right first units over time, each point the mean of the last four weeks."""
    curves = [(run, _smoothed(run, replayed.weeks)) for run in replayed.runs]
    lowest, highest = whole_tenths(value for _, points in curves for _, value in points)
    plane = Plane(52, 44, 518, 250, 0, max(replayed.weeks[-1], 1), lowest, highest)
    about = f"rata-rata {SMOOTHED_WEEKS} putaran terakhir; satu putaran {replayed.plan.days} hari"
    title = "Saran unit pertama yang benar"
    shapes = [
        shape("rect", width=_WIDTH, height=_HEIGHT, fill="#ffffff"),
        shape("text", title, x=plane.left, y=18, font_size=14, font_weight=600, fill="#111827"),
        shape("text", about, x=plane.left, y=34, fill=_TEXT_COLOUR),
        *_grid(plane, replayed),
        *_lines(plane, curves),
    ]
    return drawing(
        _WIDTH,
        _HEIGHT,
        "Kurva belajar",
        shapes,
        description=_description(replayed),
        xmlns="http://www.w3.org/2000/svg",
        font_family="system-ui, sans-serif",
        font_size=12,
    )


def _grid(plane: Plane, replayed: ReplayResult) -> Iterator[Markup]:
    for value in plane.ticks(0.05 if plane.highest_y - plane.lowest_y < 0.35 else 0.1):  # noqa: PLR2004 - about six lines
        y = plane.y(value)
        yield shape("line", x1=plane.left, x2=plane.right, y1=y, y2=y, stroke="#e5e7eb")
        yield shape("text", percent(value), x=plane.left - 8, y=y + 4, text_anchor="end", fill=_TEXT_COLOUR)
    for week in sorted({round(plane.highest_x * tick / _DATES_NAMED) for tick in range(_DATES_NAMED + 1)}):
        date = day(replayed.stream_from + timedelta(days=week * replayed.plan.days), "d MMM y")
        yield shape("text", date, x=plane.x(week), y=plane.bottom + 20, text_anchor="middle", fill=_TEXT_COLOUR)


def _lines(plane: Plane, curves: Sequence[tuple[SimulatedRun, list[Point]]]) -> Iterator[Markup]:
    label_heights = _without_overlap([plane.y(points[-1][1]) for _, points in curves])
    for number, ((run, points), label_height) in enumerate(zip(curves, label_heights, strict=True)):
        frozen = run.error is None
        colour = _FROZEN_COLOUR if frozen else _COLOURS[(number - 1) % len(_COLOURS)]
        dashes = {"stroke_dasharray": "5 4"} if frozen else {}
        for stretch in _without_gaps(points):
            places = [(plane.x(week), plane.y(value)) for week, value in stretch]
            yield polyline(places, fill="none", stroke=colour, stroke_width=2, **dashes)
        yield shape("text", _name(run), x=plane.right + 8, y=label_height + 4, fill=colour)


def _name(run: SimulatedRun) -> str:
    return "tidak pernah belajar" if run.error is None else f"belajar, petugas keliru {percent(run.error)}"


def _description(replayed: ReplayResult) -> str:
    """The drawing in words, for screen readers."""
    shares = "; ".join(f"{_name(run)}: {percent(run.share() or 0, 1)}" for run in replayed.runs)
    return f"{day(replayed.stream_from)} sampai {day(replayed.stream_to)}, seluruhnya benar: {shares}."


def _smoothed(run: SimulatedRun, weeks: Sequence[int]) -> list[Point]:
    rows = Counter(row.week for row in run.answers if row.unit_right is not None)
    windows = {week: range(week - SMOOTHED_WEEKS + 1, week + 1) for week in weeks}
    means = [
        (week, run.share(window) or 0.0)
        for week, window in windows.items()
        if sum(rows[each] for each in window) >= _FEWEST_ROWS
    ]
    return means or [(0, run.share() or 0.0)]


def _without_gaps(points: Sequence[Point]) -> list[list[Point]]:
    """The points in stretches without gaps: no line bridges months missing from the history."""
    stretches: list[list[Point]] = []
    for point in points:
        if stretches and point[0] - stretches[-1][-1][0] <= SMOOTHED_WEEKS:
            stretches[-1].append(point)
        else:
            stretches.append([point])
    return stretches


def _without_overlap(heights: Sequence[float]) -> list[float]:
    """The heights of labels, moved down where labels would overlap."""
    placed = dict[int, float]()
    free_from = 0.0
    for number in sorted(range(len(heights)), key=heights.__getitem__):
        placed[number] = max(heights[number], free_from)
        free_from = placed[number] + _LABEL_GAP
    return [placed[number] for number in range(len(heights))]
