"""Dashboard (Dasbor): the figures of a period, each linked to its cases, and the drift alarms."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse

from data.drawing import Plane, bars, drawing, step_labels
from data.messages import Language, Sentence
from model.drift.alarms import Alarm, Signal
from service.dependencies import CurrentSettings, CurrentTransaction, Transaction
from service.ledger.lists.queue import WITHOUT_UNIT
from service.ledger.statistics import Week
from service.live_model.drift import look_for_drift
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, has_units, model_of, names_of, router_of
from service.pages.frame.periods import ChosenPeriod
from service.pages.frame.session import SignedIn
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MOST_UNITS = 15
_CHART_WIDTH, _CHART_HEIGHT, _LABEL_HEIGHT = 640, 160, 18
_WIDEST_BAR = 26
_MOST_LABELS = 9


@router.get("/dasbor")
def dashboard(
    request: Request, user: SignedIn, transaction: CurrentTransaction, settings: CurrentSettings, period: ChosenPeriod
) -> HTMLResponse:
    with_units = has_units(router_of(request))
    figures = transaction.statistics.of_period(
        period.start, period.end, settings.today(), period.shift, has_units=with_units
    )
    alarms, no_alarm = _drift(request, transaction)
    return desk_page(
        request,
        user,
        "dashboard.html",
        "dasbor",
        figures=figures,
        has_units=with_units,
        chart=_weekly_chart(figures.weeks),
        week_of=period.week_from,
        without_unit=WITHOUT_UNIT,
        loads=figures.loads[:_MOST_UNITS],
        more_loads=max(0, len(figures.loads) - _MOST_UNITS),
        load=transaction.queue.load(settings.today()),
        period=period,
        names=names_of(request, transaction.session),
        alarms=[(alarm.message.told_in(Language.INDONESIAN), _cases_of(alarm, settings)) for alarm in alarms],
        no_alarm=no_alarm.told_in(Language.INDONESIAN),
    )


def _weekly_chart(weeks: Sequence[Week]) -> Markup | None:
    """Two bars a week: complaints received and decided; None for an empty period."""
    highest = max((max(week.received, week.decided) for week in weeks), default=0)
    if not highest:
        return None
    plane = Plane(0, 0, _CHART_WIDTH, _CHART_HEIGHT - _LABEL_HEIGHT, highest_y=highest)
    series = {"bar-in": [week.received for week in weeks], "bar-done": [week.decided for week in weeks]}
    labels = [indonesian.day(week.monday, "d MMM") for week in weeks]
    return drawing(
        _CHART_WIDTH,
        _CHART_HEIGHT,
        "Grafik batang; angkanya ada di tabel di bawah.",
        [*bars(plane, series, widest=_WIDEST_BAR), *step_labels(plane, labels, _CHART_HEIGHT - 4, most=_MOST_LABELS)],
        kind="chart",
    )


def _cases_of(alarm: Alarm, settings: Settings) -> str:
    """The address of an alarm's complaints, from the beginning of the change until today."""
    since = alarm.since.astimezone(settings.zone) if alarm.since.tzinfo else settings.at_office(alarm.since)
    parameters = {"dari": str(since.date()), "sampai": str(settings.today())}
    if alarm.signal is Signal.UNIT_AGREEMENT:
        parameters["unit"] = alarm.detail
    elif alarm.signal is Signal.NEW_UNIT:
        parameters["diputuskan"] = alarm.detail
    return f"/daftar?{urlencode(parameters)}"


def _drift(request: Request, transaction: Transaction) -> tuple[tuple[Alarm, ...], Sentence]:
    """The drift alarms, and a sentence for the page without alarms."""
    loaded = model_of(request)
    if loaded is None:
        return (), Sentence("drift.no-model")
    names = names_of(request, transaction.session)
    alarms, too_few = look_for_drift(loaded, transaction.statistics, {**names.units, **names.categories})
    return alarms, too_few or Sentence("drift.none")
