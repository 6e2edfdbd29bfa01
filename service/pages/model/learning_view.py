"""Weekly learning on the page Model: the next time, the latest outcomes, and the promotion that one press undoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.versions.retention import removed_versions
from service.jobs.training.schedule import next_due
from service.ledger.database import as_utc
from service.ledger.learnings import LearningOutcome, Learnings
from service.pages.frame import indonesian
from service.pages.model.learning_curve import learning_curve

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from model.versions.office_home import Office
    from service.jobs.training.weekly import WeeklyLearning
    from service.settings import Settings

OUTCOMES = {
    LearningOutcome.TRAINING: "sedang belajar",
    LearningOutcome.PROMOTED: "dipakai",
    LearningOutcome.KEPT: "tidak dipakai",
    LearningOutcome.SKIPPED: "dilewati",
    LearningOutcome.FAILED: "gagal",
    LearningOutcome.CANCELLED: "dibatalkan",
}
_MOST = 8


def learning_view(session: Session, learning: WeeklyLearning, settings: Settings, office: Office) -> dict[str, Any]:
    """The values of the section in model.html."""
    champion, versions = office.champion(), office.versions()
    newest = Learnings(session, settings.office).newest(_MOST)
    waits = learning.on and not learning.may_begin and learning.due_week() not in {entry.occasion for entry in newest}
    in_use = next((entry for entry in newest if entry.version and entry.version == champion), None)
    return {
        "on": learning.on,
        "next": indonesian.at_office(as_utc(next_due(learning.moment, settings)), settings.zone),
        "waits": waits,
        "promoted": in_use is not None and in_use.outcome == LearningOutcome.PROMOTED,
        "entries": [
            {
                "at": indonesian.at_office(entry.began_at, settings.zone),
                "outcome": OUTCOMES[LearningOutcome(entry.outcome)],
                "reason": entry.reason.get("indonesian", ""),
                "decisions": entry.decisions,
                "version": entry.version,
                "gone": entry.version not in versions,
                "removed": len(entry.removed),
                "run_id": entry.run_id,
            }
            for entry in newest
        ],
        "removed": removed_versions(office)[::-1],
        "curve": learning_curve(Learnings(session, settings.office).with_figures(), settings.at_office),
    }
