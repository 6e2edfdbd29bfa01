"""What rings in the ledger's latest weeks, for the dashboard and for whoever watches the figures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from model.drift.baseline import Baseline
from model.drift.check import check, too_few
from service.ledger.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.drift.alarms import Alarm
    from service.ledger.statistics import Statistics
    from service.live_model.champion import Loaded

_WATCHED = timedelta(weeks=8)
_NO_BASELINE = "Model ini tidak menyimpan data uji untuk dibandingkan."


def look_for_drift(
    loaded: Loaded, statistics: Statistics, names: Mapping[str, str] | None = None
) -> tuple[tuple[Alarm, ...], str]:
    """The alarms that ring, and why none can where nothing could be compared; `names` say what an id is called."""
    if not loaded.card.get("drift"):
        return (), _NO_BASELINE
    baseline = Baseline.from_dict(loaded.card["drift"])
    recent = statistics.observed(now() - _WATCHED)
    if reason := too_few(baseline, recent):
        return (), reason
    return (
        check(
            baseline,
            recent,
            known_units=frozenset(unit.id for unit in loaded.router.units),
            known_categories=frozenset(label.id for label in loaded.router.category_labels),
            names=names,
        ),
        "",
    )
