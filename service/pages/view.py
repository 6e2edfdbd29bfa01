"""A suggestion as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.pages import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.suggestion import CategoryCandidate, Precedent, Suggestion, UnitCandidate, WordWeight


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the complaint; `speaks` is "for", "against", or blank where it says nothing of the first unit."""

    text: str
    speaks: str = ""


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One line of a ranking."""

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
    """All that the result page says."""

    units: RankingView
    categories: RankingView
    notices: tuple[str, ...]
    segments: tuple[Segment, ...]
    text: str
    precedents: tuple[PrecedentView, ...]
    track_record: str
    rule: str
    outcome: str
    copies: tuple[str, ...]


def view_of(suggestion: Suggestion) -> SuggestionView:
    """The page's view of a suggestion; everything in it is masked text or a name of the office's."""
    unit_words = words.UNIT_STATUS[suggestion.unit_status]
    category_words = words.CATEGORY_STATUS[suggestion.category_status]
    return SuggestionView(
        units=RankingView(
            suggestion.unit_status, unit_words.label, unit_words.advice, tuple(map(_unit, suggestion.units))
        ),
        categories=RankingView(
            suggestion.category_status,
            category_words.label,
            category_words.advice,
            tuple(map(_category, suggestion.categories)),
        ),
        notices=tuple(map(words.notice, suggestion.notices)),
        segments=tuple(segments(suggestion.text, suggestion.evidence)),
        text=suggestion.text,
        precedents=tuple(map(_precedent, suggestion.precedents)),
        track_record=words.track_record(suggestion.track_record) if suggestion.track_record else "",
        rule=words.rule(suggestion.rule) if suggestion.rule else "",
        outcome=words.likely_outcome(suggestion.outcomes),
        copies=tuple(unit.name for unit in suggestion.copies),
    )


def _precedent(precedent: Precedent) -> PrecedentView:
    return PrecedentView(
        reference_id=precedent.reference_id,
        date=words.day(precedent.received_at) if precedent.received_at else "",
        excerpt=precedent.excerpt,
        unit=precedent.unit,
        category=precedent.category,
        outcome=precedent.outcome,
        percent=words.percent(precedent.similarity),
    )


def segments(text: str, evidence: Sequence[WordWeight]) -> list[Segment]:
    """The whole text in order, cut where a word speaks for or against.

    >>> from model.suggestion import WordWeight
    >>> [(part.text, part.speaks) for part in segments("PJU mati", [WordWeight("PJU", 0, 3, 0.4)])]
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


def _unit(unit: UnitCandidate) -> CandidateView:
    return _candidate(unit.name, unit.code, unit.confidence, words.RESOLVED_BY[unit.resolved_by], in_set=unit.in_set)


def _category(category: CategoryCandidate) -> CandidateView:
    return _candidate(category.name, "", category.confidence, "", in_set=category.in_set)


def _candidate(name: str, code: str, confidence: float, because: str, *, in_set: bool) -> CandidateView:
    return CandidateView(
        name=name,
        code=code,
        percent=words.percent(confidence),
        bar=round(confidence * 100),
        likelihood=words.likelihood(confidence),
        because=because,
        in_set=in_set,
    )
