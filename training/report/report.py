"""Render the report of a version: one self-contained HTML file in Indonesian for the head of the office."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data.indonesian import day, number, percent, points
from training.evaluation.curves import OTHERS
from training.report import charts, indonesian

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.versions.artifact import Card
    from training.evaluation.weak_units import WeakUnit

FILE = "report.html"
# The learning curve of a replay, beside the office's units.csv; an office may have none.
REPLAY = Path("replay") / "replay.svg"
_UNITS_LISTED = 40
_CHANGES_LISTED = 8


def render_report(
    card: Card,
    weak_units: Sequence[WeakUnit] = (),
    *,
    check: Markup | str = "",
    check_style: str = "",
    replay: str = "",
) -> str:
    """The report of a card.

    `weak_units` hold masked examples, never kept in the card. `check` is the section of the data check, with its
    style; `replay` the SVG of a replay's learning curve.
    """
    return (
        _templates()
        .get_template("report.html")
        .render(
            card=card,
            weak_units=weak_units,
            check=check,
            check_style=Markup(check_style),  # noqa: S704 - a constant of ours
            replay=_drawing(replay),
            units_listed=_UNITS_LISTED,
            changed_units=_changed(card),
            OTHERS=OTHERS,
        )
    )


def _changed(card: Card) -> list[tuple[str, dict[str, object]]]:
    """The units with the largest differences from the champion, largest loss first."""
    units = (card["comparison"] or {}).get("units", [])
    by_size = sorted(units, key=lambda unit: -abs(unit["difference"]))[:_CHANGES_LISTED]
    return [(unit["name"], unit) for unit in sorted(by_size, key=lambda unit: unit["difference"])]


def _drawing(svg: str) -> Markup:
    """The SVG unchanged, or an empty text for anything that isn't an SVG, runs code or loads a resource."""
    start, lowered = svg.find("<svg"), svg.lower()
    harmful = any(
        sign in lowered for sign in ("<script", "href", "<foreignobject", " on", "url(", "@import", "<!entity")
    )
    return Markup("") if start < 0 or harmful else Markup(svg[start:])  # noqa: S704 - inspected just before


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(charts=charts, FIGURES=indonesian.FIGURES)
    templates.filters.update(
        number=number,
        percent=percent,
        points=points,
        day=day,
        learned_of=indonesian.learned_of,
        of_hundred=indonesian.of_hundred,
        p_value=indonesian.p_value,
    )
    return templates
