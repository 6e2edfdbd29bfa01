"""Turn complaints into suggestions: mask, rank, apply rules, calibrate, and add evidence."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from data.ids import time_ordered_id
from data.messages import Sentence
from model.complaint import MaskedComplaint, without_personal_data
from model.given import with_known
from model.history.similar import Precedents
from model.language.letters.parts import Part
from model.language.matters import has_content, has_contrast
from model.language.words import folded_words
from model.notices import (
    DOUBTS,
    FEWEST_WORDS,
    few_rows_notices,
    near_duplicate_notices,
    returned_notices,
    rule_notices,
    text_notices,
    unit_notices,
)
from model.office.addressees import Addressees, Direction
from model.office.digest import digest_of_office
from model.office.rules import Action, Rules
from model.ranking.explanation import sentence_for, words_for
from model.ranking.matters import rank_matters
from model.ranking.returned_texts import without_returned
from model.ranking.topics import day_of
from model.suggestion import (
    CategoryCandidate,
    Matter,
    NamedConfidence,
    Notice,
    NoticeCode,
    ResolvedBy,
    Status,
    Suggestion,
    UnitCandidate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from model.complaint import Complaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.calibration import Calibration
    from model.ranking.matters import RankedMatter
    from model.ranking.ranker import Ranking
    from model.ranking.side_outputs import Copies
    from model.ranking.types import Ranked, RankedUnit
    from model.suggestion import Given, WordWeight

UNITS_SHOWN = 5
CATEGORIES_SHOWN = 3
UNITS_OF_MATTER = 3
CATEGORIES_OF_MATTER = 2
_CHUNK = 256
# A lower share of known words means another language or random letters; chosen on earlier slices.
_KNOWN_SHARE_AT_LEAST = 0.25

# Where in a letter the sender addresses a unit.
_ADDRESSING = (Part.SUBJECT, Part.ADDRESSEE, Part.BODY, Part.DEMAND)


class Router:
    """The model of an office: a ranking, its calibration, and the units, categories and rules for the suggestions."""

    def __init__(
        self,
        version: str,
        ranking: Ranking,
        units: Units,
        categories: Categories,
        unit_calibration: Calibration,
        category_calibration: Calibration,
        copies: Copies,
    ) -> None:
        self.version = version
        self._ranking = ranking
        self._unit_calibration = unit_calibration
        self._category_calibration = category_calibration
        self._copies = copies
        self._set_office(units, categories, Rules((), units), Precedents(()))

    def for_office(
        self,
        units: Units,
        rules: Rules,
        precedents: Precedents | None = None,
        categories: Categories | None = None,
    ) -> Router:
        """A copy of the router with the office's current units, rules, past complaints and, where given, categories."""
        router = copy(self)
        router._set_office(  # noqa: SLF001 - the same class
            units, self.categories if categories is None else categories, rules, precedents or Precedents(())
        )
        return router

    def _set_office(self, units: Units, categories: Categories, rules: Rules, precedents: Precedents) -> None:
        self.units = units
        self.categories = categories
        self._ranking = self._ranking.for_office(units, categories)
        self._addressees = Addressees(units)
        self._rules = rules
        self._precedents = precedents
        self._bases: dict[date, str] = {}

    def basis(self, day: date) -> str:
        """The version with a digest of the units and rules in force on a day; equal in every process."""
        if day not in self._bases:
            self._bases = {day: f"{self.version}:{digest_of_office(self.units, self.categories, self._rules, day)}"}
        return self._bases[day]

    @property
    def has_units(self) -> bool:
        """Whether the office has units; otherwise the category is all there is to decide."""
        return len(self.units) > 0

    @property
    def families(self) -> dict[str, list[str]]:
        """Unit family → ids of its members."""
        members: dict[str, list[str]] = {}
        for unit in self.units:
            if unit.family:
                members.setdefault(unit.family, []).append(unit.id)
        return members

    @property
    def thresholds(self) -> dict[str, dict[str, float | int | None]]:
        """The lowest confidence of a confident suggestion, the promised precision, and the number of measured rows."""
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
        """The suggestions for complaints, in the same order, by the units and rules in force on `today`.

        Without `today` the day of each complaint counts. Every step after the first sees only masked text.
        """
        return [suggestion for _, suggestion in self.rank_and_suggest(complaints, evidence=evidence, today=today)]

    def rank_and_suggest(
        self, complaints: Sequence[Complaint], *, evidence: bool = True, today: date | None = None
    ) -> Iterator[tuple[Ranked, Suggestion]]:
        """The uncalibrated ranking and the suggestion of each complaint, so a training ranks a slice once."""
        # The words of a chunk stay cached from step to step.
        for start in range(0, len(complaints), _CHUNK):
            masked = [without_personal_data(complaint) for complaint in complaints[start : start + _CHUNK]]
            ranked = self._ranking.rank_many(
                [item.complaint for item in masked],
                units=UNITS_SHOWN
                + self._rules.most_forbidden
                + max(len(item.complaint.returned_by) for item in masked),
                categories=CATEGORIES_SHOWN,
                office=self.units,
                office_categories=self.categories,
                today=today,
                side_outputs=True,
            )
            # Only a suggestion for a given day can be out of date later.
            basis = self.basis(today) if today else ""
            suggestions = [
                self._suggestion(item, ranking, day_of(item.complaint, today), basis)
                for item, ranking in zip(masked, ranked, strict=True)
            ]
            suggestions = self._with_matters(masked, ranked, suggestions, today)
            for item, ranking, suggestion in zip(masked, ranked, suggestions, strict=True):
                yield ranking, self._with_evidence(suggestion, item.complaint, ranking) if evidence else suggestion

    def suggest_given(
        self,
        complaint: Complaint,
        given: Sequence[Given],
        *,
        evidence: bool = True,
        matters: bool = True,
        today: date | None = None,
    ) -> list[Suggestion]:
        """The suggestion for one complaint, for each of some things that are known of it.

        A known unit ranks the categories anew, and a known category the units; type and outcome rank nothing else.
        """
        masked = without_personal_data(complaint)
        ranked = self._ranking.rank_given(
            masked.complaint,
            given,
            units=UNITS_SHOWN + self._rules.most_forbidden + len(masked.complaint.returned_by),
            categories=CATEGORIES_SHOWN,
            office=self.units,
            office_categories=self.categories,
            today=today,
        )
        day, basis = day_of(masked.complaint, today), self.basis(today) if today else ""
        suggested = [self._suggestion(masked, each, day, basis) for each in ranked]
        if matters:
            suggested = self._with_matters([masked] * len(given), ranked, suggested, today)
        if evidence:
            # The words and the track record are of a unit that Pilah chose.
            suggested = [
                self._with_evidence(each, masked.complaint, own) for each, own in zip(suggested, ranked, strict=True)
            ]
        return [
            with_known(each, known, self.units, self.categories, self._copies_of(known.unit_id, masked.complaint, day))
            for each, known in zip(suggested, given, strict=True)
        ]

    def _with_matters(
        self,
        masked: Sequence[MaskedComplaint],
        ranked: Sequence[Ranked],
        suggestions: Sequence[Suggestion],
        today: date | None,
    ) -> list[Suggestion]:
        """Add the matters of texts with several, and lower confident suggestions where one is confidently for another unit.

        A letter's demands are always matters; the parts of another text only where they are for another unit.
        """
        matters = rank_matters(
            self._ranking,
            [item.complaint for item in masked],
            ranked,
            [
                suggestion.units[0].id if suggestion.unit_status is Status.CONFIDENT else ""
                for suggestion in suggestions
            ],
            office=self.units,
            office_categories=self.categories,
            today=today,
        )
        described = list(suggestions)
        for i, of_complaint in groupby(matters, key=lambda matter: matter.complaint):
            day = day_of(masked[i].complaint, today)
            described[i] = self._with_matters_of(masked[i], suggestions[i], list(of_complaint), day)
        return described

    def _with_matters_of(
        self, masked: MaskedComplaint, suggestion: Suggestion, matters: Sequence[RankedMatter], day: date
    ) -> Suggestion:
        first = suggestion.units[0].id if suggestion.units else ""
        sure = [self._confident_unit(matter.part, matter.alone) for matter in matters]
        other = next((unit_id for unit_id in sure if unit_id and unit_id != first), "")
        shown = [
            self._matter(masked, matter, day)
            for matter, unit_id in zip(matters, sure, strict=True)
            if matter.demanded or (other and unit_id)
        ]
        if not other or suggestion.unit_status is not Status.CONFIDENT:
            return replace(suggestion, matters=tuple(shown))
        notice = Notice(NoticeCode.SEVERAL_MATTERS, detail=self.units[other].name)
        notices = (*suggestion.notices, notice)
        return replace(suggestion, matters=tuple(shown), unit_status=Status.REVIEW, notices=notices)

    def _matter(self, masked: MaskedComplaint, matter: RankedMatter, day: date) -> Matter:
        """A matter with its own candidates, at its place in the text as given."""
        start, end = matter.stretch
        returned_by = frozenset((*masked.complaint.returned_by, *matter.in_letter.returned_by))
        categories = self._category_candidates(matter.in_letter.categories)[:CATEGORIES_OF_MATTER]
        units = self._unit_candidates(without_returned(matter.in_letter.units, returned_by))
        rules = self._rules.matching(matter.part, categories[0] if categories else None, day)
        return Matter(
            matter.part.text,
            masked.text.unmasked(start),
            masked.text.unmasked(end),
            self._rules.apply(units, rules).candidates[:UNITS_OF_MATTER],
            categories,
        )

    def _confident_unit(self, complaint: Complaint, ranked: Ranked) -> str:
        """The first unit's id if the suggestion is confident, otherwise blank."""
        scores = [unit.probability for unit in ranked.units]
        known = has_content(complaint.text) and ranked.known_share >= _KNOWN_SHARE_AT_LEAST
        confidences = self._unit_calibration.confidences_of(scores)
        confident = bool(scores) and self._unit_calibration.status(confidences[0], known=known) is Status.CONFIDENT
        return ranked.units[0].unit_id if confident else ""

    def _suggestion(self, masked: MaskedComplaint, ranked: Ranked, day: date, basis: str) -> Suggestion:
        complaint = masked.complaint
        # The ledger knows the returns of today, the model those of its training.
        returned_by = tuple(dict.fromkeys((*complaint.returned_by, *sorted(ranked.returned_by))))
        ranked = replace(ranked, units=without_returned(ranked.units, frozenset(returned_by)))
        written = folded_words(complaint.matter)
        content, contrast = has_content(complaint.whole_text), has_contrast(complaint.matter)
        known = content and ranked.known_share >= _KNOWN_SHARE_AT_LEAST
        # The measured precision is that of texts long enough to be judged, about one matter.
        doubtful = contrast or len(written) < FEWEST_WORDS
        categories = self._category_candidates(ranked.categories)
        matched = [
            rule
            for rule in self._rules.matching(complaint, categories[0] if categories else None, day)
            # A rule doesn't put a unit first again that returned this complaint.
            if rule.action is Action.FORBID or rule.unit_id not in returned_by
        ]
        ruled = self._rules.apply(self._unit_candidates(ranked.units), matched)
        units = ruled.candidates[:UNITS_SHOWN]
        unit_confidence = units[0].confidence if units else 0.0
        category_confidence = categories[0].confidence if categories else 0.0
        first = ranked.units[0] if ranked.units and ruled.model_unit is None else None
        few_rows = few_rows_notices(self.units, self._copies, first)
        if not (self._copies.has_rows or self._ranking.has_category_rows):
            few_rows = (Notice(NoticeCode.NOTHING_LEARNED, detail=Sentence("notices.nothing-learned")),)
        unit_status = _lowered(
            self._unit_calibration.status(unit_confidence, known=known),
            # The measured precision doesn't cover units without training rows.
            doubtful or bool(returned_by) or any(not notice.count for notice in few_rows),
        )
        return Suggestion(
            suggestion_id=time_ordered_id(),
            reference_id=complaint.reference_id,
            version=self.version,
            text=complaint.text,
            # The measured precision doesn't cover a first unit chosen by a rule.
            unit_status=unit_status if ruled.model_unit is None else Status.REVIEW,
            category_status=_lowered(
                self._category_calibration.status(category_confidence, known=known),
                # The measured precision doesn't cover categories without training rows.
                doubtful or not (categories and self._ranking.has_rows(categories[0].id, self.categories)),
            ),
            units=units,
            categories=categories,
            evidence=(),
            notices=(
                *returned_notices(self.units, returned_by),
                *text_notices(masked.masked_count, len(written), content=content, contrast=contrast, known=known),
                *rule_notices(ruled),
                *unit_notices(self.units, first),
                *few_rows,
                *self._addressee_notices(complaint, units[0].id if units else ""),
            ),
            letter=masked.letter_as_given,
            copies=self._copies_of(units[0].id, complaint, day) if units else (),
            types=_named(ranked.types),
            outcomes=_named(ranked.outcomes),
            rule=ruled.rule,
            model_unit=ruled.model_unit,
            known_share=ranked.known_share,
            without_units=not self.has_units,
            basis=basis,
        )

    def _with_evidence(self, suggestion: Suggestion, complaint: Complaint, ranked: Ranked) -> Suggestion:
        """The suggestion with the words behind the first unit, precedents, track record and near-duplicates."""
        precedents, near_duplicates = self._precedents.compare(complaint)
        words: tuple[WordWeight, ...] = ()
        sentence = track_record = None
        if suggestion.units:
            first = suggestion.units[0]
            ranked_first = next((unit for unit in ranked.units if unit.unit_id == first.id), None)
            if ranked_first:
                words = words_for(self._ranking, complaint, ranked_first)
                sentence = sentence_for(self._ranking, complaint, ranked_first)
            if suggestion.model_unit is None and not DOUBTS.intersection(notice.code for notice in suggestion.notices):
                track_record = self._unit_calibration.track_record(first.confidence)
        return replace(
            suggestion,
            evidence=words,
            sentence=sentence,
            precedents=precedents,
            track_record=track_record,
            notices=(*suggestion.notices, *near_duplicate_notices(near_duplicates)),
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
                category_id,
                self.categories.shown_name(category_id) if category_id in self.categories else category_id,
                confidence,
                i == 0 or confidence >= calibration.in_set_from,
            )
            for i, ((category_id, _), confidence) in enumerate(zip(ranked, confidences, strict=True))
        )

    def _copies_of(self, first_id: str, complaint: Complaint, day: date) -> tuple[UnitCandidate, ...]:
        """The units that usually get a copy of complaints to the first unit, and the units that the sender informed.

        A unit out of force on the day is replaced by its successors.
        """
        letter = complaint.letter
        informed = self._addressees.named_in(letter.only(complaint.text, Part.COPIES)) if letter else []
        shares: dict[str, float] = {}
        for unit_id, share in (*self._copies.of(first_id), *((unit_id, 0.0) for unit_id in informed)):
            for successor in self.units.in_charge_of(unit_id, day) if unit_id in self.units else ():
                if successor != first_id:
                    shares.setdefault(successor, share)
        by_sender = {successor for unit_id in informed for successor in self.units.in_charge_of(unit_id, day)}
        return tuple(
            replace(self._unit(unit_id, share), informed=unit_id in by_sender) for unit_id, share in shares.items()
        )

    def _addressee_notices(self, complaint: Complaint, first_id: str) -> list[Notice]:
        """A notice where the reporter addresses another unit than the first; a list of copies addresses nobody."""
        letter = complaint.letter
        text = letter.only(complaint.text, *_ADDRESSING) if letter else complaint.text
        for addressee in self._addressees.find(text):
            if addressee.direction is Direction.ADDRESSED and addressee.unit_id != first_id:
                return [Notice(NoticeCode.ADDRESSEE_NAMED, detail=self.units[addressee.unit_id].name)]
        return []


def _lowered(status: Status, doubtful: bool) -> Status:  # noqa: FBT001 - the doubt is what lowers
    """At most review where the measured precision doesn't hold."""
    return Status.REVIEW if doubtful and status is Status.CONFIDENT else status


def _named(ranked: Sequence[tuple[str, float]]) -> tuple[NamedConfidence, ...]:
    return tuple(NamedConfidence(name, probability) for name, probability in ranked)
