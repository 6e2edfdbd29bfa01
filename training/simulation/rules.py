"""Replay an office's rules over the history and record the changed first units."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.ranking.topics import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.office.rules import Rules
    from model.office.units import Unit
    from model.router import Router
    from model.suggestion import AppliedRule, UnitCandidate

_EXCERPT = 80


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row with a first unit changed by the rules; id and text of a confidential row are blank."""

    rule: str
    reference_id: str
    excerpt: str
    decided: str
    by_model: str
    by_rules: str


@dataclass
class RuleReplay:
    """The rows matched and changed by each rule, and the rows where the rule or the model was right."""

    rows: int = 0
    matched: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    rule_right: Counter[str] = field(default_factory=Counter)
    model_right: Counter[str] = field(default_factory=Counter)
    changes: list[ChangedRow] = field(default_factory=list)


def replay_rules(router: Router, rules: Rules, rows: Sequence[LabelledComplaint]) -> RuleReplay:
    """Apply the rules to the model's suggestion for each row with a known unit; returned rows have none."""
    kept = [row for row in rows if row.unit and not row.returned]
    replayed = RuleReplay(rows=len(kept))
    answers = router.rank_and_suggest([row.complaint for row in kept], evidence=False)
    for row, (_, suggestion) in zip(kept, answers, strict=True):
        category = suggestion.categories[0] if suggestion.categories else None
        matched = rules.matching(row.complaint, category, day_of(row.complaint, None))
        replayed.matched.update(rule.id for rule in matched)
        ruled = rules.apply(suggestion.units, matched)
        if ruled.model_unit is not None and ruled.rule is not None:
            _add_change(replayed, row, router.units.find(row.unit), ruled.rule, ruled.model_unit, ruled.candidates)
    return replayed


def _add_change(
    replayed: RuleReplay,
    row: LabelledComplaint,
    decided: Unit | None,
    rule: AppliedRule,
    by_model: UnitCandidate,
    by_rules: Sequence[UnitCandidate],
) -> None:
    decided_id = decided.id if decided else ""
    replayed.changed[rule.id] += 1
    replayed.rule_right[rule.id] += bool(by_rules) and by_rules[0].id == decided_id
    replayed.model_right[rule.id] += by_model.id == decided_id
    secret = row.complaint.confidential
    replayed.changes.append(
        ChangedRow(
            rule.id,
            "" if secret else row.complaint.reference_id,
            "" if secret else " ".join(row.complaint.text.split())[:_EXCERPT],
            row.unit,
            by_model.name,
            by_rules[0].name if by_rules else "",
        )
    )
