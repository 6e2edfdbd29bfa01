"""Add a rule to an office's rules.csv, which the office goes on editing in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.office_csv import OfficeCsv, locked
from model.errors import RulesFileInvalid
from model.office.rules import RULES_CSV, Rule, parse_rules

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from model.office.units import Units

# A spreadsheet takes a cell with such a start for a formula; a leading minus would also begin with an absent word.
_FORBIDDEN_STARTS = ("=", "+", "@", "-", "\t", "'")


@dataclass(frozen=True, slots=True)
class NewRule:
    """A new rule that forbids a unit for complaints with certain words, or of a category."""

    unit_id: str
    words: str
    category: str
    reason: str
    author: str
    valid_from: date

    def cells(self, rule_id: str) -> dict[str, str]:
        """The row of rules.csv."""
        return {
            "id": rule_id,
            "words": self.words,
            "category": self.category,
            "action": "forbid",
            "unit": self.unit_id,
            "reason": self.reason,
            "author": self.author,
            "valid_from": self.valid_from.isoformat(),
        }


def preview_rule(new_rule: NewRule, path: Path, units: Units) -> Rule:
    """The rule that `add_rule` would add; the file stays unchanged.

    Raises:
        RulesFileInvalid: the rule or the file can't be understood.
    """
    return _with_rule(OfficeCsv(path, RULES_CSV), new_rule, units)


def add_rule(new_rule: NewRule, path: Path, units: Units) -> Rule:
    """Append the rule to the file, atomically.

    Encoding, separator and all other rows stay unchanged; a missing column is added.

    Raises:
        RulesFileInvalid: the rule or the file can't be understood.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path):
        file = OfficeCsv(path, RULES_CSV)
        rule = _with_rule(file, new_rule, units)
        file.write()
    return rule


def _with_rule(file: OfficeCsv, new_rule: NewRule, units: Units) -> Rule:
    """Append the rule in memory, and parse the result."""
    for cell in (new_rule.words, new_rule.category, new_rule.reason):
        if cell.startswith(_FORBIDDEN_STARTS) or "\n" in cell or "\r" in cell:
            raise RulesFileInvalid("office.rule-cell-unsafe")
    taken = {rule.id for rule in parse_rules(file, units)}
    rule_id = next(name for number in range(1, len(taken) + 2) if (name := f"larangan-{number}") not in taken)
    file.append(new_rule.cells(rule_id))
    return next(rule for rule in parse_rules(file, units) if rule.id == rule_id)
