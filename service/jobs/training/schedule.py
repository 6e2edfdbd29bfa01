"""The schedule of trainings: the occasions of an office, and the hours in which a training may begin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.jobs.deadlines import WorkingDays
    from service.settings import Settings

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# An office with a small history learns early: after these numbers of decisions, whatever the day.
EARLY_DECISIONS = (20, 50, 100, 200, 500)
_WEEK = timedelta(days=7)
# A training that begins before this time has most likely ended when the office opens.
_BEFORE_OPENING = timedelta(hours=1)


def latest_due(moment: datetime, settings: Settings) -> datetime:
    """The latest scheduled time of the week that isn't after a moment in the office's zone."""
    days_ago = (moment.weekday() - DAYS.index(settings.learn_day)) % 7
    due = (moment - timedelta(days=days_ago)).replace(hour=settings.learn_hour, minute=0, second=0, microsecond=0)
    return due if due <= moment else due - _WEEK


def next_due(moment: datetime, settings: Settings) -> datetime:
    """The next scheduled time of the week after a moment."""
    return latest_due(moment, settings) + _WEEK


def week_of(due: datetime) -> str:
    """The occasion of a scheduled time: each week of the calendar trains once, also when the day is changed.

    >>> week_of(datetime(2026, 11, 29, 1))
    '2026-W48'
    """
    year, week, _ = due.isocalendar()
    return f"{year}-W{week:02d}"


def early_occasion(decisions: int) -> str:
    """The occasion of the largest early number that was reached; blank before the first.

    >>> early_occasion(19), early_occasion(64)
    ('', '50 decisions')
    """
    reached = [number for number in EARLY_DECISIONS if number <= decisions]
    return f"{reached[-1]} decisions" if reached else ""


def may_begin(moment: datetime, settings: Settings, days: WorkingDays) -> bool:
    """Whether a training may begin now: at any time outside office hours, or always where the settings say so."""
    if settings.learn_in_office_hours or not days.is_working(moment.date()):
        return True
    opens = moment.replace(hour=settings.office_opens, minute=0, second=0, microsecond=0) - _BEFORE_OPENING
    return moment < opens or moment.hour >= settings.office_closes
