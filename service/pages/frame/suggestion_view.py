"""A suggestion as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.pages.frame import indonesian

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.contract.schemas import CategoryCandidateOut, PrecedentOut, SuggestionOut, UnitCandidateOut, WordOut


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the complaint; `speaks` is "for", "against", or blank where it says nothing of the first unit."""

    text: str
    speaks: str = ""


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One line of a ranking."""

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
    """Candidates under the status that says how far to lean on them."""

    status: str
    label: str
    advice: str
    candidates: tuple[CandidateView, ...]


@dataclass(frozen=True, slots=True)
class PrecedentView:
    """A similar complaint of the past, in words."""

    reference_id: str
    date: str
    excerpt: str
    unit: str
    category: str
    outcome: str
    percent: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """All that a page says of a suggestion; `copies` are ids and names."""

    units: RankingView
    categories: RankingView
    notices: tuple[str, ...]
    segments: tuple[Segment, ...]
    precedents: tuple[PrecedentView, ...]
    track_record: str
    rule: str
    outcome: str
    outcome_percent: str
    type: str
    copies: tuple[tuple[str, str], ...]
    version: str


def suggestion_view(answer: SuggestionOut, text: str) -> SuggestionView:
    """The page's view of an answer as it was given; everything in it is masked text or a name of the office's."""
    evidence = answer.evidence
    return SuggestionView(
        units=_ranking(indonesian.UNIT_STATUS[answer.unit_status], answer.unit_status, map(_unit, answer.units)),
        categories=_ranking(
            indonesian.CATEGORY_STATUS[answer.category_status],
            answer.category_status,
            map(_category, answer.categories),
        ),
        notices=tuple(indonesian.notice(notice.code, notice.count, notice.detail) for notice in answer.notices),
        segments=tuple(segments(text, evidence.words if evidence else [])),
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
        version=answer.model,
    )


def _ranking(said: indonesian.StatusWords, status: str, candidates: Iterable[CandidateView]) -> RankingView:
    return RankingView(status, said.label, said.advice, tuple(candidates))


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


def segments(text: str, evidence: Sequence[WordOut]) -> list[Segment]:
    """The whole text in order, cut where a word speaks for or against.

    >>> from service.contract.schemas import WordOut
    >>> [(part.text, part.speaks) for part in segments("PJU mati", [WordOut(text="PJU", start=0, end=3, weight=0.4)])]
    [('PJU', 'for'), (' mati', '')]
    """
    parts, done = [], 0
    for word in sorted(evidence, key=lambda word: word.start):
        # A stretch that overlaps an earlier one is already marked.
        if not done <= word.start < word.end <= len(text):
            continue
        parts.append(Segment(text[done : word.start]))
        parts.append(Segment(text[word.start : word.end], "for" if word.weight > 0 else "against"))
        done = word.end
    parts.append(Segment(text[done:]))
    return [part for part in parts if part.text]


def _unit(unit: UnitCandidateOut) -> CandidateView:
    return _candidate(unit, unit.code, indonesian.RESOLVED_BY[unit.resolved_by])


def _category(category: CategoryCandidateOut) -> CandidateView:
    return _candidate(category)


def _candidate(found: UnitCandidateOut | CategoryCandidateOut, code: str = "", because: str = "") -> CandidateView:
    return CandidateView(
        id=found.id,
        name=found.name,
        code=code,
        percent=indonesian.percent(found.confidence),
        bar=round(found.confidence * 100),
        likelihood=indonesian.likelihood(found.confidence),
        because=because,
        in_set=found.in_set,
    )
