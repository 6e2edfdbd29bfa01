"""The curve of the page Model: what was right each week, of the version that answered and of one that never learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data import indonesian
from data.drawing import Plane, drawing, polyline, shape, step_labels, whole_tenths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from markupsafe import Markup

    from service.ledger.tables import Learning

_WIDTH, _HEIGHT, _LEFT, _TOP, _LABEL_HEIGHT = 640, 200, 44, 8, 22
_MOST_LABELS = 9
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class CurveWeek:
    """The shares of a week's decisions with the right first unit and category; `frozen` may be unknown."""

    day: str
    complaints: int
    unit: float
    unit_frozen: float | None
    category: float | None
    category_frozen: float | None


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The weeks, oldest first, the drawing of two weeks or more, and the version that never learned."""

    weeks: list[CurveWeek]
    chart: Markup | None
    frozen_version: str


def learning_curve(learnings: Sequence[Learning], at_office: Callable[[datetime], datetime]) -> LearningCurve | None:
    """The curve of the trainings with figures; None before the first."""
    counted = [learning for learning in learnings if learning.figures["unit"]["complaints"]]
    if not counted:
        return None
    weeks = [_week(learning, indonesian.day(at_office(learning.began_at), "d MMM y")) for learning in counted]
    return LearningCurve(weeks, _chart(weeks) if len(weeks) > 1 else None, counted[0].figures["frozen_version"])


def _week(learning: Learning, day: str) -> CurveWeek:
    unit, category = learning.figures["unit"], learning.figures["category"]
    return CurveWeek(
        day,
        unit["complaints"],
        unit["answered"] / unit["complaints"],
        _share(unit, "frozen"),
        _share(category, "answered"),
        _share(category, "frozen"),
    )


def _share(counts: dict[str, int | None], name: str) -> float | None:
    right, complaints = counts[name], counts["complaints"]
    return None if right is None or not complaints else right / complaints


def _chart(weeks: Sequence[CurveWeek]) -> Markup:
    shares = [share for week in weeks for share in (week.unit, week.unit_frozen) if share is not None]
    lowest, highest = whole_tenths(shares)
    plane = Plane(
        _LEFT,
        _TOP,
        _WIDTH - _LEFT,
        _HEIGHT - _TOP - _LABEL_HEIGHT,
        highest_x=len(weeks),
        lowest_y=lowest,
        highest_y=highest,
    )
    return drawing(
        _WIDTH,
        _HEIGHT,
        "Grafik garis; angkanya ada di tabel di bawah.",
        [
            *_grid(plane),
            *_lines(plane, weeks),
            *step_labels(plane, [w.day for w in weeks], _HEIGHT - 4, most=_MOST_LABELS),
        ],
        kind="chart",
    )


def _grid(plane: Plane) -> Iterator[Markup]:
    for value in plane.ticks(_STEP):
        y = plane.y(value)
        yield shape("line", kind="grid", x1=plane.left, x2=plane.right, y1=y, y2=y)
        yield shape("text", indonesian.percent(value), x=_LEFT / 2, y=y + 4)


def _lines(plane: Plane, weeks: Sequence[CurveWeek]) -> Iterator[Markup]:
    for kind, values in (
        ("line-frozen", [week.unit_frozen for week in weeks]),
        ("line-answered", [week.unit for week in weeks]),
    ):
        points = [(plane.x(number + 0.5), plane.y(value)) for number, value in enumerate(values) if value is not None]
        yield polyline(points, kind=kind)
