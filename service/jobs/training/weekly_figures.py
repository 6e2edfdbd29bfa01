"""Count right suggestions of a week, for the answering version and for a frozen version.

Decisions are counted before a training learns from them. Both versions answer the same complaints.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from model.errors import ArtifactError, PilahError
from service.ledger.complaints import to_complaint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.suggestion import Suggestion
    from model.versions.office_home import Office
    from service.ledger.learnings import DecidedComplaint

logger = logging.getLogger(__name__)


def weekly_figures(
    office: Office, decided: Sequence[DecidedComplaint], frozen: str | None, signing_key: str
) -> dict[str, Any]:
    """The counts for the ledger; `frozen` counts are None where the frozen version can't be loaded."""
    figures: dict[str, Any] = {"frozen_version": frozen or ""}
    suggestions = _frozen_suggestions(office, decided, frozen, signing_key)
    asked: Sequence[Suggestion | None] = suggestions or [None] * len(decided)
    for part in ("unit", "category"):
        compared = [
            (row.decided[part], row.suggested[part], _first(suggestion, part))
            for row, suggestion in zip(decided, asked, strict=True)
            if row.decided[part]
        ]
        figures[part] = {
            "complaints": len(compared),
            "answered": sum(label == answered for label, answered, _ in compared),
            "frozen": sum(label == other for label, _, other in compared) if suggestions else None,
        }
    return figures


def _frozen_suggestions(
    office: Office, decided: Sequence[DecidedComplaint], frozen: str | None, signing_key: str
) -> list[Suggestion] | None:
    if frozen is None or not decided:
        return None
    try:
        router, _ = office.load_version(frozen, signing_key, precedents=False)
    except (ArtifactError, PilahError, OSError) as error:
        logger.warning("The version %s can't be compared any more: %s", frozen, error)
        return None
    return router.suggest_many([to_complaint(row.complaint) for row in decided], evidence=False)


def _first(suggestion: Suggestion | None, part: str) -> str:
    if suggestion is None:
        return ""
    candidates = suggestion.units if part == "unit" else suggestion.categories
    return candidates[0].id if candidates else ""
