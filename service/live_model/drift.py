"""Drift alarms on the ledger's latest weeks, for the dashboard and the metrics."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.drift.baseline import Baseline
from model.drift.check import check, too_few
from service.ledger.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.drift.alarms import Alarm
    from service.ledger.statistics import Statistics
    from service.live_model.champion import Loaded

_OBSERVED_WEEKS = timedelta(weeks=8)


def look_for_drift(
    loaded: Loaded, statistics: Statistics, names: Mapping[str, str] | None = None
) -> tuple[tuple[Alarm, ...], Sentence | None]:
    """The alarms, and the reason where drift can't be checked. `names` maps ids to names for people."""
    if not loaded.card.get("drift"):
        return (), Sentence("drift.no-baseline")
    baseline = Baseline.from_dict(loaded.card["drift"])
    recent = statistics.observations(now() - _OBSERVED_WEEKS)
    if reason := too_few(baseline, recent):
        return (), reason
    return (
        check(
            baseline,
            recent,
            known_units=frozenset(unit.id for unit in loaded.router.units),
            known_categories=frozenset(category.id for category in loaded.router.categories),
            names=names,
        ),
        None,
    )
