"""Topics, the labels of the classifier: families of units, and single units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from model.complaint import is_date

if TYPE_CHECKING:
    from datetime import date

    from model.complaint import Complaint
    from model.office.register import Register
    from model.office.units import Units

_FAMILY_MARK = "family:"


def topic_of(unit_id: str, units: Units) -> str:
    """The topic of a unit: the marked name of the family, or the unit's id; empty without a unit."""
    if not unit_id:
        return ""
    family = units[unit_id].family
    return f"{_FAMILY_MARK}{family}" if family else unit_id


def family_of_topic(topic: str) -> str | None:
    """The family of a topic, None for a single unit."""
    return topic.removeprefix(_FAMILY_MARK) if topic.startswith(_FAMILY_MARK) else None


def description_of(topic: str, units: Units) -> str:
    """The names of a unit or family with the description in units.csv."""
    family = family_of_topic(topic)
    if family is not None:
        described = [unit.description for unit in units if unit.family == family and unit.description]
        return f"{family} {described[0]}" if described else family
    unit = units[topic]
    return " ".join((unit.name, *unit.abbreviations, unit.description))


def in_force(entry_id: str, register: Register[Any], day: date) -> str:
    """The unit or category in charge on a day of the matters of another; itself where none or several are."""
    if not entry_id:
        return ""
    standing = register.in_charge_of(entry_id, day)
    return standing[0] if len(standing) == 1 else entry_id


def day_of(complaint: Complaint, today: date | None) -> date:
    """The day for units and rules: the given day, or the complaint's; today for a complaint without a date."""
    if today is not None:
        return today
    received = complaint.received_at
    return received.date() if is_date(received) else datetime.now(UTC).date()
