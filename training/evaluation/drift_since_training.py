"""Whether the complaints that came since the champion's training are still those it was measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.drift.baseline import WEEK, Baseline
from model.drift.check import WEEKS_WATCHED, check, too_few
from training.evaluation.drift_observations import observe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from training.evaluation.champion_baseline import ChampionBaseline


def drift_since_training(baseline: ChampionBaseline | None, rows: Sequence[LabelledComplaint]) -> dict[str, Any] | None:
    """The alarms of drift on the newest weeks that the champion has not learned from; None without a champion to ask.

    `note` says, in Indonesian, why nothing can be said.
    """
    if baseline is None or baseline.router is None or baseline.card is None:
        return None
    newest = rows[-1].received_at
    learned_to = str(baseline.card["data"]["to"])
    later = [
        row
        for row in rows
        if row.received_at > newest - WEEKS_WATCHED * WEEK and row.received_at.isoformat() > learned_to
    ]
    found: dict[str, Any] = {"champion": baseline.version, "rows": len(later), "alarms": [], "note": ""}
    if not later:
        return found | {"note": "Tidak ada pengaduan yang lebih baru daripada yang dipelajari versi yang dipakai."}
    router, measured = baseline.router, Baseline.from_dict(baseline.card["drift"])
    recent = observe(router, later)
    if problem := too_few(measured, recent):
        return found | {"note": problem}
    names = {unit.id: unit.name for unit in router.units} | {label.id: label.name for label in router.category_labels}
    alarms = check(
        measured,
        recent,
        known_units={unit.id for unit in router.units},
        known_categories={label.id for label in router.category_labels},
        names=names,
    )
    return found | {
        "alarms": [
            {"kind": alarm.kind, "signal": alarm.signal, "since": alarm.since.isoformat(), "message": alarm.message}
            for alarm in alarms
        ]
    }
