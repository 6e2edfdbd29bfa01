"""Compare later complaints and decisions with the held-out slice of a version's training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.messages import Language, message
from model.complaint import is_date
from model.drift.baseline import WEEK, Baseline, Observation, observation_of
from model.drift.check import WEEKS_WATCHED, check, too_few
from model.office.register import slug
from training.evaluation.predictions import predict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.drift.alarms import Alarm
    from model.history.rows import LabelledComplaint
    from model.router import Router
    from model.suggestion import Suggestion
    from training.evaluation.champion_baseline import ChampionBaseline
    from training.evaluation.predictions import Predictions


def observe(router: Router, rows: Sequence[LabelledComplaint]) -> list[Observation]:
    """The suggestions for rows beside the decisions, as input of the drift alarms."""
    return observations(router, rows, predict(router, rows).suggestions)


def observations(
    router: Router, rows: Sequence[LabelledComplaint], suggestions: Sequence[Suggestion]
) -> list[Observation]:
    """Pair each row's suggestion with its decision; the id of an unknown unit or category is made from the name."""
    return [
        observation_of(
            suggestion,
            row.complaint,
            "" if row.returned or not row.unit else _unit_id(router, row.unit),
            _category_id(router, row.category),
        )
        for suggestion, row in zip(suggestions, rows, strict=True)
    ]


def drift_alarms(router: Router, baseline: Baseline, observed: Sequence[Observation]) -> tuple[Alarm, ...]:
    """The alarms of observations against the baseline of the router's training."""
    units = {unit.id: unit.name for unit in router.units}
    categories = {category.id: router.categories.shown_name(category.id) for category in router.categories}
    return check(baseline, observed, known_units=set(units), known_categories=set(categories), names=units | categories)


def drift_since_training(
    champion: ChampionBaseline | None, rows: Sequence[LabelledComplaint], predictions: Predictions | None = None
) -> dict[str, Any] | None:
    """The drift alarms of the newest weeks after the champion's training; None without a readable champion.

    `predictions` are the champion's own on the held-out slice, to avoid ranking the same rows again. `note` says, in
    Indonesian, why the rows are too few to compare.
    """
    if champion is None or champion.router is None or champion.card is None:
        return None
    router, learned_to = champion.router, champion.card["data"]["to"]
    if learned_to is None or not is_date(rows[-1].received_at):
        note = message("training.no-dates-to-compare", Language.INDONESIAN)
        return {"champion": champion.version, "rows": 0, "alarms": [], "note": note}
    start = rows[-1].received_at - WEEKS_WATCHED * WEEK
    later = [row for row in rows if row.received_at > start and row.received_at.isoformat() > learned_to]
    drift: dict[str, Any] = {"champion": champion.version, "rows": len(later), "alarms": [], "note": ""}
    if not later:
        return drift | {"note": message("training.no-later-complaints", Language.INDONESIAN)}
    baseline = Baseline.from_dict(champion.card["drift"])
    observed = observations(router, later, _suggestions(router, later, predictions))
    if problem := too_few(baseline, observed):
        return drift | {"note": problem.told_in(Language.INDONESIAN)}
    return drift | {
        "alarms": [
            {
                "kind": alarm.kind,
                "signal": alarm.signal,
                "since": alarm.since.isoformat(),
                "message": alarm.message.told_in(Language.INDONESIAN),
            }
            for alarm in drift_alarms(router, baseline, observed)
        ]
    }


def _suggestions(
    router: Router, rows: Sequence[LabelledComplaint], predictions: Predictions | None
) -> list[Suggestion]:
    """The suggestions for rows, taken from the same router's predictions where possible."""
    known = {}
    if predictions is not None and predictions.router is router:
        known = {id(row): suggestion for row, suggestion in zip(predictions.rows, predictions.suggestions, strict=True)}
    missing = [row for row in rows if id(row) not in known]
    known |= zip(map(id, missing), predict(router, missing).suggestions, strict=True)
    return [known[id(row)] for row in rows]


def _category_id(router: Router, name: str) -> str:
    category = router.categories.find(name)
    return category.id if category else slug(name)


def _unit_id(router: Router, name: str) -> str:
    unit = router.units.find(name)
    return unit.id if unit else slug(name)
