"""One complaint in, one suggestion out: the only way there is, its steps in reading order."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import TYPE_CHECKING

from model.complaint import MaskedComplaint, without_personal_data
from model.suggestion import CategoryCandidate, Notice, NoticeCode, Suggestion, UnitCandidate
from model.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.calibration import Calibration
    from model.categories import CategoryLabel
    from model.complaint import Complaint
    from model.ranking import Ranked, RankedUnit, Ranking
    from model.units import Units

UNITS_SHOWN = 5
CATEGORIES_SHOWN = 3
_FEWEST_WORDS = 3
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
    ) -> None:
        self.version = version
        self.units = units
        self._ranking = ranking
        self._categories = dict(categories)
        self._unit_calibration = unit_calibration
        self._category_calibration = category_calibration

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

    def suggest(self, complaint: Complaint, *, evidence: bool = True) -> Suggestion:
        """The suggestion for one complaint."""
        return self.suggest_many([complaint], evidence=evidence)[0]

    def suggest_many(self, complaints: Sequence[Complaint], *, evidence: bool = True) -> list[Suggestion]:
        """The suggestions for complaints, in their order; nothing but the masked text is looked at after the first step."""
        masked = [without_personal_data(complaint) for complaint in complaints]
        ranked = self._ranking.rank_many(
            [item.complaint for item in masked], units=UNITS_SHOWN, categories=CATEGORIES_SHOWN
        )
        return [
            self._suggestion(item, ranking, evidence=evidence) for item, ranking in zip(masked, ranked, strict=True)
        ]

    def _suggestion(self, masked: MaskedComplaint, ranked: Ranked, *, evidence: bool) -> Suggestion:
        complaint = masked.complaint
        written = words(complaint.text)
        known = bool(written) and ranked.known_share >= _KNOWN_SHARE_AT_LEAST
        units = self._unit_candidates(ranked.units)
        categories = self._category_candidates(ranked.categories)
        unit_status = self._unit_calibration.status(units[0].confidence if units else 0.0, known=known)
        category_status = self._category_calibration.status(
            categories[0].confidence if categories else 0.0, known=known
        )
        return Suggestion(
            suggestion_id=_time_ordered_id(),
            reference_id=complaint.reference_id,
            version=self.version,
            text=complaint.text,
            unit_status=unit_status,
            category_status=category_status,
            units=units,
            categories=categories,
            evidence=self._ranking.words_for(complaint, ranked.units[0]) if evidence and ranked.units else (),
            notices=_notices(masked.masked_count, len(written), known=known),
        )

    def _unit_candidates(self, ranked: Sequence[RankedUnit]) -> tuple[UnitCandidate, ...]:
        confidences = _confidences([unit.probability for unit in ranked], self._unit_calibration)
        return tuple(
            UnitCandidate(
                unit.unit_id, self.units[unit.unit_id].code, self.units[unit.unit_id].name, confidence, unit.resolved_by
            )
            for unit, confidence in zip(ranked, confidences, strict=True)
        )

    def _category_candidates(self, ranked: Sequence[tuple[str, float]]) -> tuple[CategoryCandidate, ...]:
        confidences = _confidences([probability for _, probability in ranked], self._category_calibration)
        return tuple(
            CategoryCandidate(self._categories[name].id, name, confidence)
            for (name, _), confidence in zip(ranked, confidences, strict=True)
        )


def _confidences(probabilities: Sequence[float], calibration: Calibration) -> list[float]:
    """The first by its calibrated curve; the rest share what is left as their raw scores do, never above the first."""
    if not probabilities:
        return []
    second = probabilities[1] if len(probabilities) > 1 else 0.0
    first = calibration.confidence(probabilities[0], second)
    left_raw = max(1 - probabilities[0], 1e-9)
    rest = [min(first, (1 - first) * probability / left_raw) for probability in probabilities[1:]]
    return [first, *rest]


def _notices(masked_count: int, n_words: int, *, known: bool) -> tuple[Notice, ...]:
    notices = []
    if masked_count:
        notices.append(Notice(NoticeCode.PERSONAL_DATA_MASKED, count=masked_count))
    if n_words < _FEWEST_WORDS:
        notices.append(Notice(NoticeCode.TEXT_TOO_SHORT, count=n_words))
    elif not known:
        notices.append(Notice(NoticeCode.UNLIKE_ANYTHING_KNOWN))
    return tuple(notices)


def _time_ordered_id() -> str:
    """A UUID of version 7 (RFC 9562): sortable by time, so that a database's index grows at its end."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
