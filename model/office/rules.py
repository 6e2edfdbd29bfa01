"""An office's rules from rules.csv: pin, forbid or prefer a unit for certain words, categories or places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import data
from data.office_csv import OfficeCsv, Row, Schema
from model.errors import RulesFileInvalid
from model.language.stemming import process_stemmer
from model.language.words import expand, folded_words
from model.office.place_names import folded_text, place_fields, place_key
from model.suggestion import AppliedRule, ResolvedBy, UnitCandidate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from model.complaint import Complaint
    from model.office.units import Units
    from model.suggestion import CategoryCandidate

COLUMNS = (
    "id",
    "words",
    "category",
    "place",
    "addressee",
    "action",
    "unit",
    "reason",
    "author",
    "valid_from",
    "valid_to",
)
# Indonesian headers and short forms.
_ALIASES = {
    "kata": "words",
    "kategori": "category",
    "tempat": "place",
    "tujuan": "addressee",
    "tindakan": "action",
    "alasan": "reason",
    "penulis": "author",
    "from": "valid_from",
    "dari": "valid_from",
    "to": "valid_to",
    "sampai": "valid_to",
}
RULES_CSV = Schema(COLUMNS, required=("action", "unit"), aliases=_ALIASES, invalid=RulesFileInvalid)
# A preferred unit gets four times the odds: enough to win a close race, not a clear one.
_PREFERENCE = 4.0


class Action(StrEnum):
    """The effect of a rule on its unit: first place, exclusion, or a higher confidence."""

    PIN = "pin"
    FORBID = "forbid"
    PREFER = "prefer"


_Parsed = TypeVar("_Parsed")
_ACTIONS = {"tetapkan": "pin", "larang": "forbid", "utamakan": "prefer"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that must stand side by side, or must be absent."""

    stems: tuple[str, ...]
    absent: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of rules.csv. All filled conditions must hold; a cell with alternatives needs one match."""

    id: str
    words: tuple[tuple[Phrase, ...], ...]
    categories: frozenset[str]
    places: tuple[str, ...]
    addressees: tuple[str, ...]
    action: Action
    unit_id: str
    reason: str
    author: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the rule is in force on a day; both ends are inclusive."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RuledRanking:
    """The candidates after the rules, the deciding rule, and the model's own first unit where a rule replaced it."""

    candidates: tuple[UnitCandidate, ...]
    rule: AppliedRule | None = None
    model_unit: UnitCandidate | None = None


class Rules:
    """The rules of an office, in the order of the file."""

    def __init__(self, rules: Iterable[Rule], units: Units) -> None:
        self._rules = tuple(rules)
        self._units = units

    def __len__(self) -> int:
        return len(self._rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    @property
    def most_forbidden(self) -> int:
        """The greatest number of units that the rules can exclude from one ranking."""
        return len({rule.unit_id for rule in self._rules if rule.action is Action.FORBID})

    def matching(self, complaint: Complaint, first_category: CategoryCandidate | None, day: date) -> tuple[Rule, ...]:
        """The rules in force that match a complaint; pinned and preferred units must exist on the day."""
        if not self._rules:
            return ()
        facts = _ComplaintFacts.of(complaint, first_category)
        return tuple(
            rule
            for rule in self._rules
            if rule.in_force(day)
            and (rule.action is Action.FORBID or self._units[rule.unit_id].valid_on(day))
            and facts.match(rule)
        )

    def apply(self, candidates: Sequence[UnitCandidate], matched: Sequence[Rule]) -> RuledRanking:
        """Exclude forbidden units, raise preferred units, and put the first pinned unit on top.

        A pinned unit keeps the model's own confidence, which officers still see.
        """
        if not matched:
            return RuledRanking(tuple(candidates))
        forbidden = {rule.unit_id for rule in matched if rule.action is Action.FORBID}
        ruled = [candidate for candidate in candidates if candidate.id not in forbidden]
        preferred = {rule.unit_id for rule in matched if rule.action is Action.PREFER}
        ruled = sorted((_preferred(unit) if unit.id in preferred else unit for unit in ruled), key=_by_confidence)
        pins = [rule for rule in matched if rule.action is Action.PIN and rule.unit_id not in forbidden]
        if pins:
            ruled = self._pinned(ruled, pins[0].unit_id)
        changed = bool(candidates) and (not ruled or ruled[0].id != candidates[0].id)
        return RuledRanking(
            tuple(ruled), self._deciding_rule(candidates, ruled, matched, pins), candidates[0] if changed else None
        )

    def _pinned(self, candidates: Sequence[UnitCandidate], unit_id: str) -> list[UnitCandidate]:
        known = [candidate for candidate in candidates if candidate.id == unit_id]
        unit = self._units[unit_id]
        first = known[0] if known else UnitCandidate(unit.id, unit.code, unit.name, 0.0)
        rest = [candidate for candidate in candidates if candidate.id != unit_id]
        return [replace(first, resolved_by=ResolvedBy.RULE, in_set=True), *rest]

    def _deciding_rule(
        self,
        before: Sequence[UnitCandidate],
        after: Sequence[UnitCandidate],
        matched: Sequence[Rule],
        pins: Sequence[Rule],
    ) -> AppliedRule | None:
        """The rule behind the first candidate: a pin, else the exclusion of the model's first unit, else a preference."""
        deciding = [
            *pins[:1],
            *(rule for rule in matched if rule.action is Action.FORBID and before and rule.unit_id == before[0].id),
            *(rule for rule in matched if rule.action is Action.PREFER and after and rule.unit_id == after[0].id),
        ]
        if not deciding:
            return None
        rule = deciding[0]
        return AppliedRule(rule.id, rule.action, rule.unit_id, self._units[rule.unit_id].name, rule.reason)


@dataclass(frozen=True, slots=True)
class _ComplaintFacts:
    """A complaint in the form that rules are matched against."""

    stems: tuple[str, ...]
    present: frozenset[str]
    text: str
    places: frozenset[str]
    category: frozenset[str]
    addressee: str

    @classmethod
    def of(cls, complaint: Complaint, first_category: CategoryCandidate | None) -> _ComplaintFacts:
        text = complaint.whole_text
        stems = _stems(text)
        category = {first_category.id, place_key(first_category.name)} if first_category else set()
        return cls(
            stems,
            frozenset(stems),
            f" {folded_text(text)} ",
            frozenset(place_fields(complaint)),
            frozenset(category),
            f" {place_key(complaint.requested_unit)} ",
        )

    def match(self, rule: Rule) -> bool:
        return (
            (not rule.words or any(all(map(self._has, phrases)) for phrases in rule.words))
            and (not rule.categories or bool(rule.categories & self.category))
            and (not rule.places or any(place in self.places or f" {place} " in self.text for place in rule.places))
            and (not rule.addressees or any(f" {name} " in self.addressee for name in rule.addressees))
        )

    def _has(self, phrase: Phrase) -> bool:
        length = len(phrase.stems)
        occurs = phrase.stems[0] in self.present and (
            length == 1
            or any(self.stems[start : start + length] == phrase.stems for start in range(len(self.stems) - length + 1))
        )
        return occurs is not phrase.absent


def read_rules(path: Path, units: Units) -> Rules:
    """The rules of a rules.csv; no rules where there is no file.

    Raises:
        RulesFileInvalid: the file is unreadable, or rows can't be understood, all of them listed.
    """
    return parse_rules(OfficeCsv(path, RULES_CSV), units)


def parse_rules(file: OfficeCsv, units: Units) -> Rules:
    """The rules of an opened rules.csv.

    Raises:
        RulesFileInvalid: as `read_rules`.
    """
    ids: set[str] = set()

    def parse_row(row: Row) -> Rule:
        rule = _rule(row, units)
        if rule.id in ids:
            raise row.invalid("office.id-twice", id=rule.id)
        ids.add(rule.id)
        return rule

    return Rules(file.parse(parse_row), units)


def _rule(row: Row, units: Units) -> Rule:
    written = row["action"].lower()
    action = _ACTIONS.get(written, written)
    if action not in set(Action):
        raise row.invalid("office.action-unknown", "action", action=written)
    unit = units.find(row["unit"])
    if unit is None:
        raise row.invalid("office.rule-unit-unknown", "unit", unit=row["unit"])
    if not row["reason"] and action != Action.PREFER:
        raise row.invalid("office.rule-reason-missing", "reason", action=action)
    rule = Rule(
        id=row["id"] or f"r{row.number}",
        words=_alternatives(row, "words", _phrases),
        categories=frozenset(row.parts("category")) | frozenset(_alternatives(row, "category", place_key)),
        places=_alternatives(row, "place", place_key),
        addressees=_alternatives(row, "addressee", place_key),
        action=Action(action),
        unit_id=unit.id,
        reason=row["reason"],
        author=row["author"],
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
    )
    if not (rule.words or rule.categories or rule.places or rule.addressees):
        raise row.invalid("office.rule-condition-missing")
    return rule


def _alternatives(row: Row, column: str, parse: Callable[[str], _Parsed]) -> tuple[_Parsed, ...]:
    """The alternatives of a cell, parsed; blank ones left out."""
    return tuple(value for part in row.parts(column) if (value := parse(part)))


def _phrases(alternative: str) -> tuple[Phrase, ...]:
    """The phrases of one alternative: all must occur, quoted words side by side, words with a minus nowhere.

    >>> [(phrase.stems, phrase.absent) for phrase in _phrases('lampu -taman "mati total"')]
    [(('lampu',), False), (('taman',), True), (('mati', 'total'), False)]
    """
    phrases: list[Phrase] = []
    for position, stretch in enumerate(alternative.split('"')):
        written = [stretch] if position % 2 else stretch.split()
        for word in written:
            stems = _stems(word)
            if stems:
                phrases.append(Phrase(stems, absent=word.startswith("-")))
    return tuple(phrases)


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem for folded in folded_words(text) for stem in _stems_of(folded))


@lru_cache(maxsize=50_000)
def _stems_of(folded: str) -> tuple[str, ...]:
    stemmer = process_stemmer()
    return tuple(stemmer.stem(standard) for standard in expand(folded, data.colloquial()))


def _preferred(candidate: UnitCandidate) -> UnitCandidate:
    raised = _PREFERENCE * candidate.confidence
    return replace(candidate, confidence=raised / (1 - candidate.confidence + raised))


def _by_confidence(candidate: UnitCandidate) -> float:
    return -candidate.confidence
