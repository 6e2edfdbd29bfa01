"""What the office's rules would have changed: replayed over its history."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.ranking.topics import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model.history.rows import LabelledComplaint
    from model.office.rules import Rule, Rules
    from model.router import Router
    from model.suggestion import Suggestion

_EXCERPT = 80
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row whose first unit the rules change; a confidential one has neither id nor text."""

    rule: str
    reference_id: str
    excerpt: str
    decided: str
    by_model: str
    by_rules: str


@dataclass
class RuleReplay:
    """For each rule how many rows it matched and changed, and who was right where it did; and the changed rows."""

    rows: int = 0
    matched: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    rule_right: Counter[str] = field(default_factory=Counter)
    model_right: Counter[str] = field(default_factory=Counter)
    changes: list[ChangedRow] = field(default_factory=list)


def replay_rules(router: Router, rules: Rules, rows: Sequence[LabelledComplaint]) -> RuleReplay:
    """Apply the rules to the model's own answer for each row that a unit kept; returned rows have no right answer."""
    kept = [row for row in rows if row.unit and not row.returned]
    found = RuleReplay(rows=len(kept))
    for row, suggestion in _answered(router, kept):
        category = suggestion.categories[0] if suggestion.categories else None
        matched = rules.matching(row.complaint, category, day_of(row.complaint, None))
        found.matched.update(rule.id for rule in matched)
        _note(found, router, row, suggestion, rules, matched)
    return found


def _answered(router: Router, rows: Sequence[LabelledComplaint]) -> Iterator[tuple[LabelledComplaint, Suggestion]]:
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        answers = router.suggest_many([row.complaint for row in chunk], evidence=False)
        yield from zip(chunk, answers, strict=True)


def _note(
    found: RuleReplay,
    router: Router,
    row: LabelledComplaint,
    suggestion: Suggestion,
    rules: Rules,
    matched: Sequence[Rule],
) -> None:
    ruled = rules.apply(suggestion.units, matched)
    if ruled.model_unit is None or ruled.rule is None:
        return
    decided = router.units.find(row.unit)
    decided_id = decided.id if decided else ""
    found.changed[ruled.rule.id] += 1
    found.rule_right[ruled.rule.id] += bool(ruled.candidates) and ruled.candidates[0].id == decided_id
    found.model_right[ruled.rule.id] += ruled.model_unit.id == decided_id
    secret = row.complaint.confidential
    found.changes.append(
        ChangedRow(
            ruled.rule.id,
            "" if secret else row.complaint.reference_id,
            "" if secret else " ".join(row.complaint.text.split())[:_EXCERPT],
            row.unit,
            ruled.model_unit.name,
            ruled.candidates[0].name if ruled.candidates else "",
        )
    )
