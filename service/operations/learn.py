"""`pilah learn`: the week's training now, for a timer in place of the service's own schedule."""

from __future__ import annotations

import time

import typer

from data.messages import terminal_message
from model.versions.office_home import Office
from service.jobs.deadlines import read_deadlines
from service.jobs.training.runs import TrainingRuns
from service.jobs.training.weekly import WeeklyLearning
from service.ledger.learnings import LearningOutcome
from service.operations.opened_ledger import existing_ledger
from service.operations.options import Home, OfficeName, settings_for

_POLL_SECONDS = 1.0


def learn_command(office: OfficeName = None, home: Home = None) -> None:
    """Train on officers' decisions, at any hour and once a week, and promote the version where it isn't worse.

    For a timer of systemd or cron, with PILAH_LEARN=off; otherwise `pilah serve` does this by itself. A second call in a
    week repeats the outcome of the first. Exit status 1 where the training failed.
    """
    settings = settings_for(office=office, home=home)
    database = existing_ledger(settings)
    runs = TrainingRuns(database, settings)
    days = read_deadlines(Office(settings.home, settings.office).own_folder).days
    learning = WeeklyLearning(database, runs, settings, days)
    try:
        learning.look(at_any_hour=True)
        while (entry := learning.this_week()) is None or entry.outcome == LearningOutcome.TRAINING:
            time.sleep(_POLL_SECONDS)
            learning.look(at_any_hour=True)
    finally:
        runs.close()
        database.engine.dispose()
    code = f"operations.learning-{entry.outcome}"
    reason = entry.reason.get("message", "")
    typer.echo(terminal_message(code, week=entry.occasion, version=entry.version, reason=reason))
    if entry.outcome == LearningOutcome.FAILED:
        raise typer.Exit(1)
