"""Draw the report's charts as inline SVG, coloured by the page's style for screen, dark mode and paper.

The title describes the chart; a table beside the chart has the numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from data.drawing import Plane, bars, drawing, polyline, shape, step_labels, whole_tenths
from data.indonesian import number, percent, points
from training.report.indonesian import month

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    from training.evaluation.curves import Figures

_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_MONTHS_NAMED = 8
_LONGEST_NAME = 40
_ROW_HEIGHT = 26


def reliability_chart(bins: Sequence[Figures]) -> Markup:
    """The share of right suggestions over confidence; calibrated confidence lies on the diagonal."""
    plane = Plane(48, 10, 300, 220)
    most = max(each["rows"] for each in bins)
    places = [(plane.x(each["confidence"]), plane.y(each["right"])) for each in bins]
    shapes = [
        *_grid(plane, _FIFTHS, _FIFTHS),
        polyline([(plane.x(0), plane.y(0)), (plane.x(1), plane.y(1))], kind="ideal"),
        polyline(places, kind="line"),
        *(
            shape("circle", kind="dot", cx=x, cy=y, r=3 + 8 * math.sqrt(each["rows"] / most))
            for (x, y), each in zip(places, bins, strict=True)
        ),
        shape("text", "keyakinan saran", kind="axis mid", x=198, y=266),
    ]
    return drawing(376, 276, "Kurva keandalan: keyakinan di sumbu datar, bagian yang benar di sumbu tegak", shapes)


def coverage_chart(curve: Sequence[Figures], promise: float) -> Markup:
    """The precision among the most confident suggestions, over the share of suggestions taken."""
    lowest, highest = whole_tenths([0.5, 1.0, *(each["precision"] for each in curve)])
    plane = Plane(48, 10, 300, 220, lowest_y=lowest, highest_y=highest)
    promised = plane.y(promise)
    shapes = [
        *_grid(plane, _FIFTHS, plane.ticks(0.1)),
        shape("line", kind="ideal", x1=plane.left, x2=plane.right, y1=promised, y2=promised),
        shape("text", f"janji {percent(promise)}", kind="tick end", x=346, y=promised - 5),
        polyline([(plane.x(each["coverage"]), plane.y(each["precision"])) for each in curve], kind="line"),
        shape("text", "bagian pengaduan yang diambil", kind="axis mid", x=198, y=266),
    ]
    return drawing(376, 276, "Ketepatan di antara saran yang paling yakin, menurut bagian yang diambil", shapes)


def months_chart(months: Sequence[Figures]) -> Markup:
    """The rows of each month as bars."""
    plane = Plane(48, 12, 580, 110, highest_y=max(each["rows"] for each in months))
    names = [month(each["month"]) for each in months]
    shapes = [
        shape("text", number(plane.highest_y), kind="tick end", x=42, y=plane.top + 8),
        *bars(plane, {"bar": [each["rows"] for each in months]}),
        *step_labels(plane, names, 140, most=_MONTHS_NAMED, kind="tick mid"),
        shape("line", kind="base", x1=plane.left, x2=plane.right, y1=plane.bottom, y2=plane.bottom),
    ]
    return drawing(640, 148, "Jumlah pengaduan tiap bulan", shapes)


def curve_chart(curve: Sequence[Figures]) -> Markup:
    """The share of right first suggestions over the rows learned, for unit and category."""
    names = {"unit_top_1": ("unit", "line"), "category_top_1": ("kategori", "line second")}
    lowest, highest = whole_tenths(each[name] for each in curve for name in names if each[name] is not None)
    plane = Plane(48, 10, 420, 180, 0, max(each["learned"] for each in curve) * 1.05, lowest, highest)
    shapes = [
        *_grid(plane, (), plane.ticks(0.1)),
        *(shape("text", number(each["learned"]), kind="tick mid", x=plane.x(each["learned"]), y=206) for each in curve),
    ]
    for name, (label, kind) in names.items():
        places = [(plane.x(each["learned"]), plane.y(each[name])) for each in curve if each[name] is not None]
        if places:
            dot = kind.replace("line", "dot")
            shapes.append(polyline(places, kind=kind))
            shapes += [shape("circle", kind=dot, cx=x, cy=y, r=4) for x, y in places]
            shapes.append(shape("text", label, kind="name", x=places[-1][0] + 10, y=places[-1][1] + 4))
    shapes.append(shape("text", "pengaduan yang sudah dipelajari", kind="axis mid", x=258, y=224))
    title = "Kurva belajar: ketepatan saran pertama menurut jumlah pengaduan yang dipelajari"
    return drawing(560, 232, title, shapes)


def differences_chart(figures: Sequence[tuple[str, Figures]]) -> Markup:
    """The difference of each figure between both versions, with its 95 % confidence interval."""
    reach = max(0.02, *(max(abs(each["low"]), abs(each["high"])) for _, each in figures))
    height = _ROW_HEIGHT * len(figures)
    plane = Plane(250, 8, 320, height, -1.1 * reach, 1.1 * reach)
    shapes = [shape("line", kind="ideal", x1=plane.x(0), x2=plane.x(0), y1=4, y2=height + 8)]
    for row, (name, each) in enumerate(figures):
        y = plane.top + _ROW_HEIGHT * (row + 0.5)
        worse = " worse" if each["worse"] else ""
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        shapes += [
            shape("text", short, kind="name end", x=240, y=y + 4),
            shape("line", kind=f"range{worse}", x1=plane.x(each["low"]), x2=plane.x(each["high"]), y1=y, y2=y),
            shape("circle", kind=f"dot{worse}", cx=plane.x(each["difference"]), cy=y, r=4.5),
        ]
    shapes += [
        shape("text", points(value), kind="tick mid", x=plane.x(value), y=height + 24) for value in (-reach, 0.0, reach)
    ]
    title = "Selisih versi baru dengan versi yang dipakai, dalam poin persentase"
    return drawing(620, height + 32, title, shapes)


def _grid(plane: Plane, across: Sequence[float], up: Sequence[float]) -> Iterator[Markup]:
    """Horizontal lines with percentages, and percentages below."""
    for value in up:
        y = plane.y(value)
        yield shape("line", kind="grid", x1=plane.left, x2=plane.right, y1=y, y2=y)
        yield shape("text", percent(value), kind="tick end", x=plane.left - 6, y=y + 4)
    for value in across:
        yield shape("text", percent(value), kind="tick mid", x=plane.x(value), y=plane.bottom + 16)
