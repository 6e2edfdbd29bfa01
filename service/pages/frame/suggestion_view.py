"""A suggestion prepared for a template."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from model.language.letters.parts import Part
from model.language.letters.reading import letter_of
from model.suggestion import NoticeCode, Status
from service.pages.frame import indonesian

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.contract.suggestion_schemas import (
        CategoryCandidateOut,
        MatterOut,
        PrecedentOut,
        SuggestionOut,
        UnitCandidateOut,
        WordOut,
    )


# Parts that an officer opens only on demand.
_FOLDED = frozenset((Part.HEAD, Part.COPIES, Part.DISPOSITION, Part.QUOTED))


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the complaint's text. `effect` on the first unit is "for", "against" or blank."""

    text: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A named part of a letter, or the whole of another text without a name; `folded` parts are opened on demand."""

    name: str
    folded: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class MatterView:
    """One of several matters with its first units and its first category."""

    text: str
    units: tuple[tuple[str, str], ...]
    category: str


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate of a ranking; `bar` is the confidence in percent."""

    id: str
    name: str
    code: str
    percent: str
    bar: int
    likelihood: str
    because: str
    in_set: bool


@dataclass(frozen=True, slots=True)
class RankingView:
    """Candidates, with the status of the first and its advice."""

    status: str
    label: str
    advice: str
    candidates: tuple[CandidateView, ...]

    @property
    def in_advance(self) -> str:
        """The id of the candidate that a page chooses in advance: the first, where it is confident."""
        return self.candidates[0].id if self.status == Status.CONFIDENT and self.candidates else ""


@dataclass(frozen=True, slots=True)
class PrecedentView:
    """A similar decided complaint."""

    reference_id: str
    date: str
    excerpt: str
    unit: str
    category: str
    outcome: str
    percent: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """A suggestion as texts; `duplicates` are the references of earlier copies.

    `copies` holds pairs of unit id and name, `informed` the ids of those that the sender informed.

    `status` is the suggestion's: of the unit, or of the category in an office without units.
    """

    status: str
    units: RankingView
    categories: RankingView
    notices: tuple[str, ...]
    duplicates: tuple[str, ...]
    blocks: tuple[TextBlock, ...]
    marked: bool
    sentence: str
    matters: tuple[MatterView, ...]
    precedents: tuple[PrecedentView, ...]
    track_record: str
    rule: str
    outcome: str
    outcome_percent: str
    type: str
    copies: tuple[tuple[str, str], ...]
    informed: frozenset[str]
    version: str


def suggestion_view(answer: SuggestionOut, text: str) -> SuggestionView:
    """A stored answer as texts for its complaint's page."""
    evidence = answer.evidence
    return SuggestionView(
        status=answer.status,
        units=unit_ranking(answer),
        categories=category_ranking(answer),
        notices=tuple(indonesian.notice(notice.code, notice.count, notice.detail) for notice in answer.notices),
        duplicates=tuple(
            reference
            for notice in answer.notices
            if notice.code == NoticeCode.POSSIBLE_DUPLICATE and notice.detail
            for reference in notice.detail.split(", ")
        ),
        blocks=text_blocks(text, evidence.words if evidence else []),
        marked=bool(evidence and evidence.words),
        sentence=evidence.sentence.text if evidence and evidence.sentence else "",
        matters=tuple(map(_matter, answer.matters)),
        precedents=tuple(map(_precedent, evidence.precedents)) if evidence else (),
        track_record=indonesian.track_record(evidence.track_record.cases, evidence.track_record.correct)
        if evidence and evidence.track_record
        else "",
        rule=indonesian.rule(answer.rule.id, answer.rule.action, answer.rule.unit, answer.rule.reason)
        if answer.rule
        else "",
        outcome=answer.outcomes[0].name if answer.outcomes else "",
        outcome_percent=indonesian.percent(answer.outcomes[0].confidence) if answer.outcomes else "",
        type=answer.types[0].name if answer.types else "",
        copies=tuple((unit.id, unit.name) for unit in answer.copies),
        informed=frozenset(unit.id for unit in answer.copies if unit.informed),
        version=answer.model,
    )


def unit_ranking(answer: SuggestionOut) -> RankingView:
    """The units of an answer."""
    return _ranking(indonesian.UNIT_STATUS[answer.unit_status], answer.unit_status, map(_unit, answer.units))


def category_ranking(answer: SuggestionOut) -> RankingView:
    """The categories of an answer."""
    status = answer.category_status
    return _ranking(indonesian.CATEGORY_STATUS[status], status, map(_candidate, answer.categories))


def _ranking(words: indonesian.StatusWords, status: str, candidates: Iterable[CandidateView]) -> RankingView:
    return RankingView(status, words.label, words.advice, tuple(candidates))


def _precedent(precedent: PrecedentOut) -> PrecedentView:
    return PrecedentView(
        reference_id=precedent.reference_id,
        date=indonesian.day(precedent.received_at) if precedent.received_at else "",
        excerpt=precedent.excerpt,
        unit=precedent.unit,
        category=precedent.category,
        outcome=precedent.outcome,
        percent=indonesian.percent(precedent.similarity),
    )


def text_blocks(text: str, evidence: Sequence[WordOut] = ()) -> tuple[TextBlock, ...]:
    """The parts of a masked letter with their Indonesian names, or one block for another text.

    Demands are numbered where there are several.
    """
    letter = letter_of(text)
    if letter is None:
        return (TextBlock("", False, tuple(segments(text, evidence))),)
    several = len(letter.of(Part.DEMAND)) > 1
    numbers = count(1)
    blocks = []
    for found in letter.parts:
        inside = [
            word.model_copy(update={"start": word.start - found.start, "end": word.end - found.start})
            for word in evidence
            if found.start <= word.start < found.end
        ]
        name = indonesian.LETTER_PARTS[found.part]
        if several and found.part is Part.DEMAND:
            name = f"{name} {next(numbers)}"
        written = tuple(segments(text[found.start : found.end], inside))
        blocks.append(TextBlock(name, found.part in _FOLDED, written))
    return tuple(blocks)


def _matter(matter: MatterOut) -> MatterView:
    units = tuple((unit.name, indonesian.percent(unit.confidence)) for unit in matter.units)
    return MatterView(matter.text, units, matter.categories[0].name if matter.categories else "")


def segments(text: str, evidence: Sequence[WordOut]) -> list[Segment]:
    """The whole text, split at the words of the evidence.

    >>> from service.contract.suggestion_schemas import WordOut
    >>> [(part.text, part.effect) for part in segments("PJU mati", [WordOut(text="PJU", start=0, end=3, weight=0.4)])]
    [('PJU', 'for'), (' mati', '')]
    """
    parts, done = [], 0
    for word in sorted(evidence, key=lambda word: word.start):
        # A word that overlaps an earlier word is already marked.
        if not done <= word.start < word.end <= len(text):
            continue
        parts.append(Segment(text[done : word.start]))
        parts.append(Segment(text[word.start : word.end], "for" if word.weight > 0 else "against"))
        done = word.end
    parts.append(Segment(text[done:]))
    return [part for part in parts if part.text]


def _unit(unit: UnitCandidateOut) -> CandidateView:
    return _candidate(unit, unit.code, indonesian.RESOLVED_BY[unit.resolved_by])


def _candidate(candidate: UnitCandidateOut | CategoryCandidateOut, code: str = "", because: str = "") -> CandidateView:
    return CandidateView(
        id=candidate.id,
        name=candidate.name,
        code=code,
        percent=indonesian.percent(candidate.confidence),
        bar=round(candidate.confidence * 100),
        likelihood=indonesian.likelihood(candidate.confidence),
        because=because,
        in_set=candidate.in_set,
    )
