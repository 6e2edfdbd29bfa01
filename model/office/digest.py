"""A digest of the office's lists for a day: with another one, a suggestion is out of date."""

from __future__ import annotations

from dataclasses import astuple, replace
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from model.office.categories import Categories
    from model.office.rules import Rules
    from model.office.units import Units


def digest_of_office(units: Units, categories: Categories, rules: Rules, day: date) -> str:
    """A digest of what units.csv, categories.csv and rules.csv say for a day."""
    in_force: list[tuple[object, ...]] = [
        (*astuple(entry), entry.valid_on(day)) for register in (units, categories) for entry in register
    ]
    in_force.extend(
        # The order of a set differs from process to process.
        (*astuple(replace(rule, categories=frozenset())), *sorted(rule.categories))
        for rule in rules
        if rule.in_force(day)
    )
    return sha256(repr(in_force).encode("utf-8", "surrogatepass")).hexdigest()[:16]
