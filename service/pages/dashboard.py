"""Dasbor: a period in figures, each with its cases behind it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from model.drift.alarms import Alarm, Signal
from service.dependencies import CurrentSettings, CurrentTransaction
from service.ledger.queue import WITHOUT_UNIT
from service.live_model.drift import look_for_drift
from service.pages.frame import indonesian
from service.pages.frame.charts import bars
from service.pages.frame.context import desk_page, model_of, names_of
from service.pages.frame.periods import ChosenPeriod
from service.pages.frame.session import SignedIn
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LOADS_SHOWN = 15
# What the detail of an alarm is the id of, where it is a unit's.
_ABOUT_SUGGESTED = {Signal.UNIT_AGREEMENT}
_ABOUT_DECIDED = {Signal.NEW_UNIT}


@router.get("/dasbor")
def dashboard(
    request: Request, user: SignedIn, transaction: CurrentTransaction, settings: CurrentSettings, period: ChosenPeriod
) -> HTMLResponse:
    figures = transaction.statistics.figures(period.start, period.end, settings.today(), period.shift)
    alarms, quiet = _drift(request, transaction)
    return desk_page(
        request,
        user,
        "dashboard.html",
        "dasbor",
        figures=figures,
        chart=bars([(indonesian.short_day(week.monday), week.received, week.decided) for week in figures.weeks]),
        week_of=period.week_from,
        without_unit=WITHOUT_UNIT,
        loads=figures.loads[:_LOADS_SHOWN],
        more_loads=max(0, len(figures.loads) - _LOADS_SHOWN),
        load=transaction.queue.load(settings.today()),
        period=period,
        names=names_of(request),
        alarms=[(alarm.message, _cases_of(alarm, settings)) for alarm in alarms],
        quiet=quiet,
        indonesian=indonesian,
    )


def _cases_of(alarm: Alarm, settings: Settings) -> str:
    """The address of the complaints that an alarm is about: those since it began."""
    since = alarm.since.astimezone(settings.zone) if alarm.since.tzinfo else settings.at_office(alarm.since)
    named = {"dari": str(since.date()), "sampai": str(settings.today())}
    if alarm.signal in _ABOUT_SUGGESTED:
        named["unit"] = alarm.detail
    elif alarm.signal in _ABOUT_DECIDED:
        named["diputuskan"] = alarm.detail
    return f"/daftar?{urlencode(named)}"


def _drift(request: Request, transaction: CurrentTransaction) -> tuple[tuple[Alarm, ...], str]:
    """What rings, or why nothing does."""
    loaded = model_of(request)
    if loaded is None:
        return (), "Belum ada model yang dapat diperiksa."
    names = names_of(request)
    alarms, quiet = look_for_drift(loaded, transaction.statistics, {**names.units, **names.categories})
    if alarms or quiet:
        return alarms, quiet
    return (), "Tidak ada pergeseran: pengaduan dan putusan masih seperti saat model diuji."
