"""Learn every week: train on the ledger outside office hours, and promote the version where the comparison allows it.

Any number of workers look at the same time. A claim lets one of them act, and the key of the ledger's row lets each
occasion begin once. Trainings are processes of their own: the next look, of any worker, goes on where one ended.
"""

from __future__ import annotations

import json
import logging
import subprocess
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from data.ids import time_ordered_id
from data.messages import Language, Sentence
from model.errors import ArtifactError, TrainingBusy
from model.versions.artifact import read_card
from model.versions.retention import remove_superfluous
from service.jobs.subprocesses import run_command
from service.jobs.training.schedule import EARLY_DECISIONS, early_occasion, latest_due, may_begin, week_of
from service.jobs.training.states import STOPPED, State, Step
from service.jobs.training.weekly_figures import weekly_figures
from service.ledger.access.audit import record_event
from service.ledger.claims import claim_task
from service.ledger.database import UNAVAILABLE, as_utc
from service.ledger.learnings import LearningOutcome, Learnings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from service.jobs.deadlines import WorkingDays
    from service.jobs.training.runs import TrainingRuns
    from service.ledger.database import Database
    from service.ledger.tables import Learning, TrainingRun
    from service.settings import Settings

logger = logging.getLogger(__name__)

BY = "pilah"
_TASK = "learning"
_LOOK_EVERY_SECONDS = 60
_PROMOTION_SECONDS = 120
_CLAIM_EXPIRES_AFTER = timedelta(seconds=_PROMOTION_SECONDS + 60)
# Asking the frozen version about more would hold this process for several seconds.
_MOST_COMPARED = 4_000
_WEEK = timedelta(days=7)
# A week that began later than now was begun by a clock put back since; one from further ahead, by a wrong clock.
_CLOCK_MAY_JUMP = timedelta(days=8)
# A training that keeps being killed, for lack of memory for example, waits for the next week.
_MOST_TRIES = 3


def _now() -> datetime:
    return datetime.now(UTC)


class WeeklyLearning:
    """The scheduled trainings of one office."""

    def __init__(
        self,
        database: Database,
        runs: TrainingRuns,
        settings: Settings,
        days: WorkingDays,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._database = database
        self._runs = runs
        self._settings = settings
        self._days = days
        self._clock = clock
        self._holder = time_ordered_id()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="learning", daemon=True)

    @property
    def on(self) -> bool:
        """Whether this service learns by itself."""
        return self._settings.learn == "weekly" and not self._settings.demonstration

    @property
    def moment(self) -> datetime:
        """The present in the office's zone."""
        return self._clock().astimezone(self._settings.zone)

    @property
    def may_begin(self) -> bool:
        """Whether a training may begin at this hour."""
        return may_begin(self.moment, self._settings, self._days)

    def start(self) -> None:
        """Look every minute, in a thread."""
        if self.on:
            self._thread.start()

    def close(self) -> None:
        """Stop looking; a training that runs goes on."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, *, at_any_hour: bool = False) -> None:
        """Finish what has ended, and begin what is due, unless another process is looking."""
        with self._database.session() as session:
            if not claim_task(session, self._settings.office, _TASK, self._holder, _CLAIM_EXPIRES_AFTER):
                return
        with self._database.reading() as session:
            unfinished = list(Learnings(session, self._settings.office).unfinished())
            session.expunge_all()
        for learning in unfinished:
            self._go_on(learning, may_begin=at_any_hour or self.may_begin)
        if at_any_hour or self.may_begin:
            for occasion in self._occasions():
                self._begin(occasion)

    def due_week(self) -> str:
        """The week of the latest scheduled time."""
        return week_of(latest_due(self.moment, self._settings))

    def this_week(self) -> Learning | None:
        """The training of the latest scheduled time; None before it began."""
        with self._database.reading() as session:
            entry = Learnings(session, self._settings.office).find(self.due_week())
            session.expunge_all()
        return entry

    def _work(self) -> None:
        while not self._closing.wait(_LOOK_EVERY_SECONDS):
            try:
                self.look()
            except UNAVAILABLE:
                logger.warning("Learning waits for the ledger")
            except Exception:
                logger.exception("Learning broke off")

    # Beginning

    def _occasions(self) -> list[str]:
        """The occasion that is due and hasn't begun: the week, otherwise an early number of decisions."""
        present = as_utc(self._clock())
        with self._database.reading() as session:
            learnings = Learnings(session, self._settings.office)
            if learnings.any_began(present, present + _CLOCK_MAY_JUMP):
                # The clock was put back: what is due now was overtaken.
                return []
            if learnings.find(self.due_week()) is None:
                return [self.due_week()]
            if self._rows_learned() >= EARLY_DECISIONS[-1]:
                return []
            decisions = learnings.decisions()
            learned = decisions - learnings.decisions(self._learned_until(session, present))
            early = early_occasion(decisions)
            return [early] if early != early_occasion(learned) and learnings.find(early) is None else []

    def _rows_learned(self) -> int:
        """The rows that the version in use learned from; 0 without one, or where it knows the register alone."""
        office = self._runs.office
        try:
            version = office.champion()
            return int(read_card(office.versions_folder / version)["data"]["rows"]) if version else 0
        except (ArtifactError, KeyError):
            return EARLY_DECISIONS[-1]

    def _begin(self, occasion: str) -> None:
        """Begin the training of an occasion, or record why it is skipped."""
        if self._runs.lock_holder() is not None:
            # Another training runs; the next look tries again.
            return
        began_at = as_utc(self._clock())
        with self._database.reading() as session:
            learnings = Learnings(session, self._settings.office)
            since = self._learned_until(session, began_at)
            decisions = learnings.decisions(since)
            standing = learnings.decisions()
            reason = self._reason_to_skip(decisions, standing)
            figures = {} if reason else self._figures(session, since or began_at - _WEEK)
        if reason:
            self._skip(occasion, began_at, reason)
        else:
            self._start(occasion, began_at, decisions, figures)

    def _reason_to_skip(self, decisions: int, standing: int) -> Sentence | None:
        if not decisions:
            return Sentence("ledger.learning-nothing-decided")
        fewest = EARLY_DECISIONS[0]
        if standing < fewest and not self._rows_learned():
            return Sentence("ledger.learning-too-few", decisions=standing, fewest=fewest)
        return None

    def _skip(self, occasion: str, began_at: datetime, why: Sentence) -> None:
        reason = _both(why)
        with self._database.session() as session:
            learnings = Learnings(session, self._settings.office)
            first = learnings.add(occasion, began_at, LearningOutcome.SKIPPED, reason=reason)
        if first:
            logger.info("Learning %s skipped: %s", occasion, reason["message"])

    def _start(self, occasion: str, began_at: datetime, decisions: int, figures: dict[str, Any]) -> None:
        try:
            with self._database.session() as session:
                run = self._runs.receive(session, [], columns={}, from_ledger=True, by=BY)
                first = Learnings(session, self._settings.office).add(
                    occasion,
                    began_at,
                    LearningOutcome.TRAINING,
                    decisions=decisions,
                    run_id=run.id,
                    figures=figures,
                )
                if not first:
                    session.rollback()
                    return
                start = self._runs.begin(session, run, Step.TRAIN, BY)
        except TrainingBusy:
            return
        logger.info("Learning %s began from %d new decisions", occasion, decisions)
        self._runs.launch(start)

    def _figures(self, session: Session, since: datetime) -> dict[str, Any]:
        """What was right since a moment, of the version that answered and of the one that answered at the first week."""
        learnings = Learnings(session, self._settings.office)
        office = self._runs.office
        weeks = learnings.with_figures()
        frozen = weeks[0].figures["frozen_version"] if weeks else office.champion()
        decided = learnings.decided(since, _MOST_COMPARED)
        return weekly_figures(office, decided, frozen, self._settings.signing_key.get_secret_value())

    def _learned_until(self, session: Session, at_most: datetime) -> datetime | None:
        """The moment up to which decisions were learned; None where none were."""
        learned = (Learnings(session, self._settings.office).learned_until(at_most), self._trained_by_command(at_most))
        return max(filter(None, learned), default=None)

    def _trained_by_command(self, at_most: datetime) -> datetime | None:
        """The time of the newest version that learned the ledger's decisions, by a command or the page."""
        office = self._runs.office
        for version in reversed(office.versions()):
            try:
                at = datetime.strptime(version[:15], "%Y%m%d-%H%M%S")  # noqa: DTZ007 - in the ledger's form
                if at <= at_most and read_card(office.versions_folder / version)["data"].get("from_ledger"):
                    return at
            except (ArtifactError, KeyError):
                continue
        return None

    # Ending

    def _go_on(self, learning: Learning, *, may_begin: bool) -> None:
        """Record the end of a training, or repeat one that was interrupted."""
        run = self._runs.find(learning.run_id)
        if run is None:
            self._end(learning, LearningOutcome.CANCELLED, Sentence("ledger.learning-cancelled"))
        elif run.state == State.TRAINED:
            self._promote(learning, run)
        elif run.state == State.CANCELLED:
            self._end(learning, LearningOutcome.CANCELLED, Sentence("ledger.learning-cancelled"))
        elif run.state == State.FAILED:
            self._end(learning, LearningOutcome.FAILED, {k: run.error.get(k, "") for k in ("message", "indonesian")})
        elif run.state in STOPPED and learning.tries >= _MOST_TRIES:
            self._end(learning, LearningOutcome.FAILED, Sentence("ledger.learning-interrupted", tries=learning.tries))
        elif run.state in (*STOPPED, State.CHECKED) and may_begin:
            self._repeat(learning, run)

    def _repeat(self, learning: Learning, run: TrainingRun) -> None:
        try:
            with self._database.session() as session:
                entry = Learnings(session, self._settings.office).find(learning.occasion)
                if entry is None:
                    return
                entry.tries += 1
                start = self._runs.begin(session, run, Step.TRAIN, BY)
        except TrainingBusy:
            return
        logger.warning("Learning %s was interrupted and begins again", learning.occasion)
        self._runs.launch(start)

    def _promote(self, learning: Learning, run: TrainingRun) -> None:
        """Promote the version where `pilah promote` does; a version that is worse stays on the list."""
        if self._runs.office.champion() == run.version:
            # The first version of an office, or a promotion after which this process was killed.
            self._end(learning, LearningOutcome.PROMOTED, {}, run.version)
            return
        arguments = ["promote", run.version, "--json", f"--by={BY}", "--office", self._settings.office]
        try:
            ended = run_command(arguments, self._settings, _PROMOTION_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            logger.warning("The promotion of %s waits: %s", run.version, type(error).__name__)
            return
        if ended.succeeded:
            self._end(learning, LearningOutcome.PROMOTED, {}, run.version)
            return
        self._end(learning, LearningOutcome.KEPT, _refusal(ended.output, ended.error), run.version)

    def _end(
        self, learning: Learning, outcome: LearningOutcome, reason: Sentence | dict[str, str], version: str = ""
    ) -> None:
        told = _both(reason) if isinstance(reason, Sentence) else reason
        with self._database.session() as session:
            entry = Learnings(session, self._settings.office).find(learning.occasion)
            if entry is None or entry.outcome != LearningOutcome.TRAINING:
                return
            entry.outcome, entry.reason, entry.version = outcome, told, version
            record_event(session, self._settings.office, BY, f"learning_{outcome}", version or learning.occasion)
        said = f": {told['message']}" if told.get("message") else ""
        logger.info("Learning %s ended as %s %s%s", learning.occasion, outcome, version, said)
        if version:
            self._remove_old_versions(learning.occasion)

    def _remove_old_versions(self, occasion: str) -> None:
        """Delete superfluous versions of earlier weeks, and note them beside the occasion."""
        settings = self._settings
        if not settings.keep_versions:
            return
        with self._database.reading() as session:
            learnings = Learnings(session, settings.office)
            own, needed = learnings.versions(), learnings.shown_versions()
            needed |= {week.figures["frozen_version"] for week in learnings.with_figures()[:1]}
        removed = remove_superfluous(
            self._runs.office,
            own,
            newest=settings.keep_versions,
            months=settings.keep_monthly_versions,
            needed=needed,
        )
        if not removed:
            return
        with self._database.session() as session:
            entry = Learnings(session, settings.office).find(occasion)
            if entry is not None:
                entry.removed = removed
            for version in removed:
                record_event(session, settings.office, BY, "version_removed", version)
        logger.info("Removed old versions: %s", ", ".join(removed))


def _both(sentence: Sentence) -> dict[str, str]:
    """A sentence in both languages, as the ledger keeps it."""
    return {"message": str(sentence), "indonesian": sentence.told_in(Language.INDONESIAN)}


def _refusal(output: str, error: str) -> dict[str, str]:
    """The reason why a version was not promoted, from the command's JSON or its error."""
    try:
        outcome: dict[str, Any] = json.loads(output)
    except ValueError:
        last = error.strip()[-500:]
        return {"message": last, "indonesian": last}
    if outcome.get("comparison") is not None:
        return _both(Sentence("ledger.learning-worse"))
    return {"message": outcome.get("why_not", ""), "indonesian": outcome.get("why_not_indonesian", "")}
