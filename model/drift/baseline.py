"""The observations that drift compares, and the baseline of a model's held-out slice: small and without text."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import fmean, pvariance
from typing import TYPE_CHECKING, Any, TypeVar

from model.drift.alarms import Signal
from model.suggestion import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from model.complaint import Complaint
    from model.suggestion import Suggestion

WEEK = timedelta(days=7)
_STEPS = 50
# The power lets only texts with both ranks near 1 count as strange. Chosen on Surabaya, July to September.
_STRANGE_POWER = 6
_FEWEST_OF_CATEGORY = 20
# The least standard deviation between weeks, as a share of that between rows: few weeks may look alike by chance.
_LEAST_BETWEEN_WEEKS = 0.04
# Weeks with fewer rows don't count for the variance between weeks.
_FEWEST_OF_WEEK = 10
# The weight of the prior, in suggestions whose agreement equals their confidence.
_PRIOR_SUGGESTIONS = 20

Stored = TypeVar("Stored", "Level", "Agreement")


@dataclass(frozen=True, slots=True)
class Observation:
    """A complaint, its suggestion and its decision in the figures that drift compares.

    `unit_id` and `category_id` are the first suggested ids. `blank` names the blank fields of the complaint. An empty
    decided id means no decision yet, or no unit of the office.
    """

    received_at: datetime
    unit_id: str
    category_id: str
    confidence: float
    status: Status
    known_share: float
    blank: frozenset[str] = frozenset()
    decided_unit_id: str = ""
    decided_category_id: str = ""


def observation_of(
    suggestion: Suggestion, complaint: Complaint, decided_unit_id: str = "", decided_category_id: str = ""
) -> Observation:
    """The observation of a complaint and its suggestion, with local time."""
    received_at = complaint.received_at or datetime.min  # noqa: DTZ901 - a row without a date belongs to no week
    location = complaint.location
    fields = {
        "title": complaint.title,
        "channel": complaint.channel,
        "province": location.province,
        "regency": location.regency,
        "district": location.district,
        "village": location.village,
    }
    return Observation(
        received_at=received_at.replace(tzinfo=None),
        unit_id=suggestion.units[0].id if suggestion.units else "",
        category_id=suggestion.categories[0].id if suggestion.categories else "",
        confidence=suggestion.confidence,
        status=suggestion.status,
        known_share=suggestion.known_share,
        blank=frozenset(name for name, value in fields.items() if not value.strip()),
        decided_unit_id=decided_unit_id,
        decided_category_id=decided_category_id,
    )


@dataclass(frozen=True, slots=True)
class Level:
    """A signal on the held-out slice: mean, standard deviation of rows, and of weeks beyond sampling error."""

    rows: int
    mean: float
    deviation: float
    between_weeks: float = 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """The number of decided suggestions, of kept suggestions, and the number expected from confidences."""

    decided: int = 0
    kept: int = 0
    promised: float = 0.0

    @property
    def factor(self) -> float:
        """The factor from confidence to expected agreement, shrunk to 1 for few decisions."""
        return (self.kept + _PRIOR_SUGGESTIONS) / (self.promised + _PRIOR_SUGGESTIONS)


@dataclass(frozen=True)
class Baseline:
    """The figures of a model's held-out slice that drift compares with."""

    rows: int
    weeks: float
    levels: Mapping[str, Level]
    blank: Mapping[str, float]
    units: Mapping[str, int]
    categories: Mapping[str, int]
    category_confidence: Mapping[str, Level]
    confidence_quantiles: tuple[float, ...]
    unknown_quantiles: tuple[float, ...]
    agreement: Agreement
    unit_agreement: Mapping[str, Agreement]

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Baseline:
        """The baseline of observations on rows that the model has not learned from."""
        rows = sorted(observations, key=lambda row: row.received_at)
        confidences = _quantiles([row.confidence for row in rows])
        unknown = _quantiles([1 - row.known_share for row in rows])
        by_category: dict[str, list[float]] = defaultdict(list)
        decided: dict[str, list[Observation]] = defaultdict(list)
        for row in rows:
            by_category[row.category_id].append(row.confidence)
            if row.decided_unit_id:
                decided[row.unit_id].append(row)
        return cls(
            rows=len(rows),
            weeks=max((rows[-1].received_at - rows[0].received_at) / WEEK, 1.0) if rows else 0.0,
            levels={name: _level(rows, value) for name, value in signal_values(confidences, unknown).items()},
            blank={
                name: count / len(rows) for name, count in Counter(name for row in rows for name in row.blank).items()
            },
            units=dict(Counter(row.unit_id for row in rows)),
            categories=dict(Counter(row.category_id for row in rows if row.category_id)),
            category_confidence={
                category: Level(len(values), fmean(values), math.sqrt(pvariance(values)))
                for category, values in by_category.items()
                if category and len(values) >= _FEWEST_OF_CATEGORY
            },
            confidence_quantiles=confidences,
            unknown_quantiles=unknown,
            agreement=_agreement(row for of_unit in decided.values() for row in of_unit),
            unit_agreement={unit_id: _agreement(of_unit) for unit_id, of_unit in decided.items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """The baseline as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Baseline:
        """The baseline that `to_dict` gave."""
        return cls(
            rows=stored["rows"],
            weeks=stored["weeks"],
            levels=_read(Level, stored["levels"]),
            blank=dict(stored["blank"]),
            units=dict(stored["units"]),
            categories=dict(stored["categories"]),
            category_confidence=_read(Level, stored["category_confidence"]),
            confidence_quantiles=tuple(stored["confidence_quantiles"]),
            unknown_quantiles=tuple(stored["unknown_quantiles"]),
            agreement=Agreement(**stored["agreement"]),
            unit_agreement=_read(Agreement, stored["unit_agreement"]),
        )


def signal_values(confidences: Sequence[float], unknown: Sequence[float]) -> dict[str, Callable[[Observation], float]]:
    """Signal → its value for a row; every value rises when something is wrong."""

    def strangeness(row: Observation) -> float:
        # Low confidence alone is a hard text, unknown words alone are names; both together are another topic or language.
        unsure_rank = 1 - _rank(confidences, row.confidence)
        unknown_rank = _rank(unknown, 1 - row.known_share)
        return float((unsure_rank * unknown_rank) ** _STRANGE_POWER)

    return {
        Signal.CONFIDENCE: lambda row: 1 - row.confidence,
        Signal.UNSURE: lambda row: float(row.status is Status.UNSURE),
        Signal.UNKNOWN_WORDS: lambda row: 1 - row.known_share,
        Signal.STRANGE: strangeness,
    }


def _quantiles(values: Sequence[float]) -> tuple[float, ...]:
    ordered = sorted(values)
    return tuple(ordered[round(step * (len(ordered) - 1) / _STEPS)] for step in range(_STEPS + 1)) if ordered else ()


def _rank(quantiles: Sequence[float], value: float) -> float:
    return bisect_right(quantiles, value) / len(quantiles) if quantiles else 0.0


def _level(rows: Sequence[Observation], value: Callable[[Observation], float]) -> Level:
    if not rows:
        return Level(0, 0.0, 0.0)
    values = [value(row) for row in rows]
    deviation = math.sqrt(pvariance(values))
    weeks: dict[int, list[float]] = defaultdict(list)
    for row, number in zip(rows, values, strict=True):
        weeks[(rows[-1].received_at - row.received_at) // WEEK].append(number)
    whole = [of_week for of_week in weeks.values() if len(of_week) >= _FEWEST_OF_WEEK]
    # Method of moments: the variance of weekly means minus their sampling variance.
    between_weeks = 0.0
    if len(whole) > 1:
        by_sampling = fmean(deviation**2 / len(of_week) for of_week in whole)
        observed = pvariance([fmean(of_week) for of_week in whole]) * len(whole) / (len(whole) - 1)
        between_weeks = max(observed - by_sampling, 0.0)
    return Level(len(rows), fmean(values), deviation, max(math.sqrt(between_weeks), _LEAST_BETWEEN_WEEKS * deviation))


def _agreement(decided: Iterable[Observation]) -> Agreement:
    rows = list(decided)
    return Agreement(
        len(rows), sum(row.unit_id == row.decided_unit_id for row in rows), math.fsum(row.confidence for row in rows)
    )


def _read(kind: type[Stored], stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Stored]:
    return {name: kind(**value) for name, value in stored.items()}
