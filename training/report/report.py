"""The report of a version: one HTML file in Indonesian for the head of the office, with everything it needs inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from training.evaluation.curves import OTHERS
from training.report import charts, indonesian

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.versions.artifact import Card
    from training.evaluation.weak_units import WeakUnit

FILE = "report.html"
# The learning curve of a replay, where the office has had one drawn: beside its units.csv.
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

    `weak_units` come with masked examples, which no card keeps. `check` is the section that the check of the data makes,
    with its style; `replay` the SVG of a replay's learning curve.
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
    """The units whose figures moved most against the champion, losses and gains, largest loss first."""
    units = (card["comparison"] or {}).get("units", [])
    by_size = sorted(units, key=lambda unit: -abs(unit["difference"]))[:_CHANGES_LISTED]
    return [(unit["name"], unit) for unit in sorted(by_size, key=lambda unit: unit["difference"])]


def _drawing(svg: str) -> Markup:
    """A drawing as it is, where it is one and brings nothing that runs or loads."""
    at = svg.find("<svg")
    lowered = svg.lower()
    harmful = any(
        sign in lowered for sign in ("<script", "href", "<foreignobject", " on", "url(", "@import", "<!entity")
    )
    return Markup("") if at < 0 or harmful else Markup(svg[at:])  # noqa: S704 - looked at just before


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
        number=indonesian.number,
        learned_of=indonesian.learned_of,
        percent=indonesian.percent,
        points=indonesian.points,
        of_hundred=indonesian.of_hundred,
        day=indonesian.day,
        chance=indonesian.chance,
        reason=indonesian.reason,
    )
    return templates
