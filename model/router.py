"""One complaint in, one suggestion out: the only way there is, its steps in reading order."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from data.ids import time_ordered_id
from data.messages import Sentence
from model.complaint import MaskedComplaint, without_personal_data
from model.history.similar import Precedents
from model.language.words import folded_words
from model.office.addressees import Addressees, Direction
from model.office.rules import Rules
from model.ranking.explanation import words_for
from model.ranking.topics import day_of
from model.suggestion import (
    CategoryCandidate,
    NamedConfidence,
    Notice,
    NoticeCode,
    ResolvedBy,
    Status,
    Suggestion,
    UnitCandidate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from model.complaint import Complaint
    from model.history.similar import NearDuplicates
    from model.office.categories import CategoryLabel
    from model.office.rules import RuledRanking
    from model.office.units import Units
    from model.ranking.calibration import Calibration
    from model.ranking.ranker import Ranking
    from model.ranking.side_outputs import Copies
    from model.ranking.types import Ranked, RankedUnit

UNITS_SHOWN = 5
CATEGORIES_SHOWN = 3
_CHUNK = 256
_FEWEST_WORDS = 3
# Three senders of one text are a campaign, not a reporter who asks again.
_MASS_LETTER_FROM = 3
# Below so many rows of its own a unit's confidence rests on its name, or on chance.
_FEWEST_ROWS_OF_UNIT = 3
# Chosen on earlier slices: fewer known words than this is another language, or letters at random.
_KNOWN_SHARE_AT_LEAST = 0.25


class Router:
    """Everything that answers for one office: a ranking, its calibration, and the names behind the ids."""

    def __init__(
        self,
        version: str,
        ranking: Ranking,
        units: Units,
        categories: Mapping[str, CategoryLabel],
        unit_calibration: Calibration,
        category_calibration: Calibration,
        copies: Copies,
    ) -> None:
        self.version = version
        self._ranking = ranking
        self._categories = dict(categories)
        self._unit_calibration = unit_calibration
        self._category_calibration = category_calibration
        self._copies = copies
        self._take_up(units, Rules((), units), Precedents(()))

    def at_office(self, units: Units, rules: Rules, precedents: Precedents | None = None) -> Router:
        """This router with what the office has now: its units and rules as edited, its past complaints to compare with."""
        router = copy(self)
        router._take_up(units, rules, precedents or Precedents(()))  # noqa: SLF001 - another of its own class
        return router

    def _take_up(self, units: Units, rules: Rules, precedents: Precedents) -> None:
        self.units = units
        self._ranking = self._ranking.for_office(units)
        self._addressees = Addressees(units)
        self._rules = rules
        self._precedents = precedents

    @property
    def category_labels(self) -> tuple[CategoryLabel, ...]:
        """The categories that can be suggested."""
        return tuple(self._categories.values())

    @property
    def families(self) -> dict[str, list[str]]:
        """The unit families that were found or written in units.csv, with the ids of their members."""
        found: dict[str, list[str]] = {}
        for unit in self.units:
            if unit.family:
                found.setdefault(unit.family, []).append(unit.id)
        return found

    @property
    def thresholds(self) -> dict[str, dict[str, float | int | None]]:
        """From which confidence on a suggestion is called confident, and on how many later rows that rests."""
        return {
            name: {
                "confident_from": calibration.confident_from,
                "promise": calibration.promise,
                "rows": len(calibration.confidences),
            }
            for name, calibration in (("unit", self._unit_calibration), ("category", self._category_calibration))
        }

    def suggest(self, complaint: Complaint, *, evidence: bool = True, today: date | None = None) -> Suggestion:
        """The suggestion for one complaint."""
        return self.suggest_many([complaint], evidence=evidence, today=today)[0]

    def suggest_many(
        self, complaints: Sequence[Complaint], *, evidence: bool = True, today: date | None = None
    ) -> list[Suggestion]:
        """The suggestions for complaints, in their order; nothing but the masked text is looked at after the first step.

        Units and rules are those in force on `today`, or on the day when each complaint came.
        """
        return [suggestion for _, suggestion in self.rank_and_suggest(complaints, evidence=evidence, today=today)]

    def rank_and_suggest(
        self, complaints: Sequence[Complaint], *, evidence: bool = True, today: date | None = None
    ) -> Iterator[tuple[Ranked, Suggestion]]:
        """The uncalibrated ranking of each complaint beside its suggestion, so that a training ranks its slice once."""
        # A chunk's words are cut once and still at hand when the next step asks for them.
        for start in range(0, len(complaints), _CHUNK):
            masked = [without_personal_data(complaint) for complaint in complaints[start : start + _CHUNK]]
            ranked = self._ranking.rank_many(
                [item.complaint for item in masked],
                units=UNITS_SHOWN + self._rules.most_forbidden,
                categories=CATEGORIES_SHOWN,
                office=self.units,
                today=today,
                side_outputs=True,
            )
            for item, ranking in zip(masked, ranked, strict=True):
                yield ranking, self._suggestion(item, ranking, day_of(item.complaint, today), evidence=evidence)

    def _suggestion(self, masked: MaskedComplaint, ranked: Ranked, day: date, *, evidence: bool) -> Suggestion:
        complaint = masked.complaint
        written = folded_words(complaint.text)
        known = bool(written) and ranked.known_share >= _KNOWN_SHARE_AT_LEAST
        categories = self._category_candidates(ranked.categories)
        matched = self._rules.matching(complaint, categories[0] if categories else None, day)
        ruled = self._rules.apply(self._unit_candidates(ranked.units), matched)
        units = ruled.candidates[:UNITS_SHOWN]
        unit_confidence = units[0].confidence if units else 0.0
        category_confidence = categories[0].confidence if categories else 0.0
        unit_status = self._unit_calibration.status(unit_confidence, known=known)
        few = self._about_few_rows(ranked.units[:1] if ruled.model_unit is None else ())
        suggestion = Suggestion(
            suggestion_id=time_ordered_id(),
            reference_id=complaint.reference_id,
            version=self.version,
            text=complaint.text,
            # Where a rule changed the first unit, or nothing but its name speaks for it, no measured promise covers it.
            unit_status=Status.REVIEW if ruled.model_unit is not None else _at_most_review(unit_status, few),
            category_status=self._category_calibration.status(category_confidence, known=known),
            units=units,
            categories=categories,
            evidence=(),
            notices=(
                *_about_text(masked.masked_count, len(written), known=known),
                *_about_rule(ruled),
                *self._about_units(ranked.units[:1] if ruled.model_unit is None else ()),
                *few,
                *self._about_addressee(complaint.text, units[:1]),
            ),
            copies=self._copies_of(units[:1], day),
            types=_named(ranked.types),
            outcomes=_named(ranked.outcomes),
            rule=ruled.rule,
            model_unit=ruled.model_unit,
            known_share=ranked.known_share,
        )
        return self._with_evidence(suggestion, complaint, ranked) if evidence else suggestion

    def _with_evidence(self, suggestion: Suggestion, complaint: Complaint, ranked: Ranked) -> Suggestion:
        """With the words that spoke, the precedents, the track record, and what was sent before."""
        first = [unit for unit in ranked.units if suggestion.units and unit.unit_id == suggestion.units[0].id]
        precedents, alike = self._precedents.compare(complaint)
        return replace(
            suggestion,
            evidence=words_for(self._ranking, complaint, first[0]) if first else (),
            precedents=precedents,
            track_record=self._unit_calibration.track_record(suggestion.units[0].confidence)
            if suggestion.units and suggestion.model_unit is None
            else None,
            notices=(*suggestion.notices, *_about_alike(alike)),
        )

    def _unit_candidates(self, ranked: Sequence[RankedUnit]) -> tuple[UnitCandidate, ...]:
        calibration = self._unit_calibration
        confidences = calibration.confidences_of([unit.probability for unit in ranked])
        return tuple(
            self._unit(
                unit.unit_id, confidence, unit.resolved_by, in_set=i == 0 or confidence >= calibration.in_set_from
            )
            for i, (unit, confidence) in enumerate(zip(ranked, confidences, strict=True))
        )

    def _unit(
        self, unit_id: str, confidence: float, resolved_by: ResolvedBy = ResolvedBy.NONE, *, in_set: bool = False
    ) -> UnitCandidate:
        unit = self.units[unit_id]
        return UnitCandidate(unit.id, unit.code, unit.name, confidence, resolved_by, in_set)

    def _category_candidates(self, ranked: Sequence[tuple[str, float]]) -> tuple[CategoryCandidate, ...]:
        calibration = self._category_calibration
        confidences = calibration.confidences_of([probability for _, probability in ranked])
        return tuple(
            CategoryCandidate(
                self._categories[name].id, name, confidence, i == 0 or confidence >= calibration.in_set_from
            )
            for i, ((name, _), confidence) in enumerate(zip(ranked, confidences, strict=True))
        )

    def _copies_of(self, first: Sequence[UnitCandidate], day: date) -> tuple[UnitCandidate, ...]:
        """The units that usually get a copy, as they stand on the day."""
        shares: dict[str, float] = {}
        for unit in first:
            for unit_id, share in self._copies.of(unit.id):
                for standing in self.units.in_charge_of(unit_id, day) if unit_id in self.units else ():
                    if standing != unit.id:
                        shares.setdefault(standing, share)
        return tuple(self._unit(unit_id, share) for unit_id, share in shares.items())

    def _about_few_rows(self, first: Sequence[RankedUnit]) -> tuple[Notice, ...]:
        """One notice where hardly a past complaint speaks for the unit itself; a family's members are told by their place."""
        for ranked in first:
            unit = self.units[ranked.unit_id]
            rows = self._copies.rows_of(unit.id)
            if not unit.family and not ranked.replaces and rows < _FEWEST_ROWS_OF_UNIT:
                return (Notice(NoticeCode.FEW_EXAMPLES, rows, unit.name),)
        return ()

    def _about_addressee(self, text: str, first: Sequence[UnitCandidate]) -> list[Notice]:
        """One notice where the reporter asks another unit than the first."""
        suggested = {unit.id for unit in first}
        for addressee in self._addressees.find(text):
            if addressee.direction is Direction.ADDRESSED and addressee.unit_id not in suggested:
                return [Notice(NoticeCode.ADDRESSEE_NAMED, detail=self.units[addressee.unit_id].name)]
        return []

    def _about_units(self, first: Sequence[RankedUnit]) -> list[Notice]:
        notices = []
        for ranked in first:
            unit = self.units[ranked.unit_id]
            if unit.family and ranked.resolved_by is ResolvedBy.NONE:
                notices.append(Notice(NoticeCode.PLACE_MISSING, detail=unit.family))
            if ranked.replaces:
                notices.append(Notice(NoticeCode.UNIT_RETIRED, detail=_replacement(self.units, ranked)))
        return notices


def _at_most_review(status: Status, few: Sequence[Notice]) -> Status:
    by_name_alone = any(not notice.count for notice in few)
    return Status.REVIEW if by_name_alone and status is Status.CONFIDENT else status


def _about_rule(ruled: RuledRanking) -> list[Notice]:
    if ruled.model_unit is None:
        return []
    return [Notice(NoticeCode.RULE_AND_MODEL_DIFFER, detail=ruled.model_unit.name)]


def _about_alike(alike: NearDuplicates) -> list[Notice]:
    if alike.count >= _MASS_LETTER_FROM:
        return [Notice(NoticeCode.MASS_LETTER, count=alike.count)]
    if alike.count:
        return [Notice(NoticeCode.POSSIBLE_DUPLICATE, alike.count, ", ".join(alike.reference_ids) or None)]
    return []


def _replacement(units: Units, ranked: RankedUnit) -> Sentence:
    learned, now = units[ranked.replaces], units[ranked.unit_id]
    if learned.valid_to is not None and (now.valid_from is None or now.valid_from > learned.valid_to):
        return Sentence("notices.unit-ended", unit=learned.name, day=learned.valid_to, successor=now.name)
    return Sentence("notices.unit-not-yet", unit=learned.name, successor=now.name)


def _named(ranked: Sequence[tuple[str, float]]) -> tuple[NamedConfidence, ...]:
    return tuple(NamedConfidence(name, probability) for name, probability in ranked)


def _about_text(masked_count: int, n_words: int, *, known: bool) -> tuple[Notice, ...]:
    notices = []
    if masked_count:
        notices.append(Notice(NoticeCode.PERSONAL_DATA_MASKED, count=masked_count))
    if n_words < _FEWEST_WORDS:
        notices.append(Notice(NoticeCode.TEXT_TOO_SHORT, count=n_words))
    elif not known:
        notices.append(Notice(NoticeCode.UNLIKE_ANYTHING_KNOWN))
    return tuple(notices)
