"""Weekly learning, on SQLite and PostgreSQL, with an injected clock and a stand-in for the training process."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data import indonesian
from model.versions.training_lock import acquire_training_lock, lock_holder
from service.jobs import subprocesses
from service.jobs.deadlines import WorkingDays
from service.jobs.training import weekly
from service.jobs.training.schedule import latest_due, week_of
from service.jobs.training.weekly import WeeklyLearning
from service.jobs.training.weekly_figures import weekly_figures
from service.ledger.learnings import LearningOutcome, Learnings
from service.ledger.tables import (
    BackgroundClaim,
    Learning,
    StoredComplaint,
    StoredDecision,
    StoredSuggestion,
    TrainingRun,
)
from tests.service.desk import Desk
from tests.service.jobs.training.test_runs import _until, training_runs_of
from tests.service.stand_in import FAILURE, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi.testclient import TestClient

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY


class Clock:
    """A clock that a test sets: in the night before a Sunday, and after every decision of the test."""

    def __init__(self, desk: Desk) -> None:
        settings = desk.client.app.state.settings  # type: ignore[attr-defined]
        self.sunday = latest_due(datetime.now(settings.zone), settings) + _WEEK
        self.moment = self.sunday

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture(autouse=True)
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    stand_in = Path(__file__).parents[2] / "stand_in.py"
    monkeypatch.setattr(subprocesses, "_PILAH", (sys.executable, str(stand_in)))

    def say(what: str) -> None:
        monkeypatch.setenv("STAND_IN_DOES", what)

    say("end")
    return say


@pytest.fixture
def desk(client: TestClient) -> Iterator[Desk]:
    """The office with an administrator; after the test no process is left running."""
    desk = Desk(client).sign_in("rini")
    yield desk
    runs = training_runs_of(desk)
    for run in runs.newest(20):
        if run.state == "training":
            with desk.database.session() as session:
                runs.cancel(session, run, "test")
    _until(lambda: lock_holder(runs.office) is None)


@pytest.fixture
def clock(desk: Desk) -> Clock:
    return Clock(desk)


def _worker(desk: Desk, clock: Clock, **changes: Any) -> WeeklyLearning:
    settings = desk.client.app.state.settings.model_copy(update={"learn": "weekly"} | changes)  # type: ignore[attr-defined]
    return WeeklyLearning(desk.database, training_runs_of(desk), settings, WorkingDays(), clock)


def _learn(desk: Desk, worker: WeeklyLearning) -> None:
    """Look, wait for the process, and look again."""
    worker.look()
    _until(lambda: lock_holder(training_runs_of(desk).office) is None)
    worker.look()


def _learnings(desk: Desk) -> list[Learning]:
    with desk.database.reading() as session:
        found = list(Learnings(session, "kumham").newest(20))
        session.expunge_all()
    return found


def _outcomes(desk: Desk) -> list[str]:
    return [entry.outcome for entry in _learnings(desk)]


def _runs(desk: Desk) -> int:
    with desk.database.reading() as session:
        return int(session.query(TrainingRun).count())


def _decide(desk: Desk, reference: str = "1") -> None:
    desk.send(reference)
    assert desk.decide(reference).status_code == 303


def test_a_week_with_decisions_trains_from_the_ledger_and_promotes(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    _learn(desk, _worker(desk, clock))
    (entry,) = _learnings(desk)
    assert (entry.outcome, entry.version, entry.decisions) == ("promoted", VERSION, 1)
    assert entry.occasion == week_of(clock.sunday)
    (run,) = training_runs_of(desk).newest(5)
    log = training_runs_of(desk).files(run).log.read_text("utf-8")
    assert "--from-ledger" in log
    assert "--by=pilah" in log
    page = desk.page("/model")
    assert "dipakai, versi" in page
    assert "dari 1 keputusan baru" in page


def test_a_worse_version_stays_on_the_list_with_the_reason(desk: Desk, clock: Clock, does: Any) -> None:
    _decide(desk)
    does("refuse")
    _learn(desk, _worker(desk, clock))
    assert _outcomes(desk) == ["kept"]
    assert "tidak dipakai" in desk.page("/model")
    assert "lebih buruk daripada yang dipakai" in desk.page("/model")


def test_a_week_without_decisions_is_skipped_and_the_page_says_why(desk: Desk, clock: Clock) -> None:
    worker = _worker(desk, clock)
    worker.look()
    worker.look()
    assert _outcomes(desk) == ["skipped"]
    assert _runs(desk) == 0
    assert "Belum ada keputusan baru sejak pelatihan terakhir" in desk.page("/model")


def test_decisions_that_were_learned_are_not_learned_again(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    _learn(desk, worker)
    clock.moment += _WEEK
    _learn(desk, worker)
    assert _outcomes(desk) == ["skipped", "promoted"]


def test_two_workers_train_a_week_once(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    workers = [_worker(desk, clock) for _ in range(2)]
    threads = [threading.Thread(target=worker.look) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _learn(desk, workers[0])
    workers[1].look()
    assert (_outcomes(desk), _runs(desk)) == (["promoted"], 1)


def test_without_a_claim_the_ledgers_key_still_lets_a_week_begin_once(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _decide(desk)
    monkeypatch.setattr(weekly, "claim_task", lambda *_: True)
    threads = [threading.Thread(target=_worker(desk, clock).look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _learn(desk, _worker(desk, clock))
    assert (_outcomes(desk), _runs(desk)) == (["promoted"], 1)


@pytest.mark.parametrize("jump", [-_WEEK, -_DAY, -timedelta(hours=1), 3 * _DAY])
def test_a_clock_that_jumps_trains_nothing_twice(desk: Desk, clock: Clock, jump: timedelta) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    _learn(desk, worker)
    clock.moment += jump
    _learn(desk, worker)
    clock.moment = clock.sunday
    _learn(desk, worker)
    assert (_outcomes(desk), _runs(desk)) == (["promoted"], 1)


def test_a_week_begun_by_a_clock_far_ahead_doesnt_stop_the_present_one(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    clock.moment = clock.sunday + 50 * _WEEK
    _learn(desk, worker)
    clock.moment = clock.sunday
    _decide(desk, "2")
    _learn(desk, worker)
    assert len(_outcomes(desk)) == 2


def test_a_training_killed_half_way_begins_again_and_ends_as_one_run(desk: Desk, clock: Clock, does: Any) -> None:
    _decide(desk)
    does("hang")
    worker = _worker(desk, clock)
    worker.look()
    (run,) = training_runs_of(desk).newest(1)
    log = training_runs_of(desk).files(run).log
    _until(lambda: log.is_file() and log.read_text("utf-8"))
    _kill(log)
    _until(lambda: lock_holder(training_runs_of(desk).office) is None)
    assert _outcomes(desk) == ["training"]
    does("end")
    # A restarted service holds no claim: the old one must have expired.
    with desk.database.session() as session:
        session.query(BackgroundClaim).delete()
    _learn(desk, _worker(desk, clock))
    _learn(desk, _worker(desk, clock))
    (entry,) = _learnings(desk)
    assert (entry.outcome, entry.tries, _runs(desk)) == ("promoted", 2, 1)


def _kill(log: Path) -> None:
    """Kill the process that writes to a log."""
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdecimal() and (folder / "fd/1").samefile(log):
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue


def test_a_training_that_is_always_killed_gives_up_until_the_next_week(desk: Desk, clock: Clock, does: Any) -> None:
    _decide(desk)
    does("die")
    worker = _worker(desk, clock)
    for _ in range(5):
        _learn(desk, worker)
    (entry,) = _learnings(desk)
    assert (entry.outcome, entry.tries) == ("failed", 3)
    assert "terputus 3 kali" in desk.page("/model")


def test_a_failed_training_shows_its_message_and_waits_for_the_next_week(desk: Desk, clock: Clock, does: Any) -> None:
    _decide(desk)
    does("fail")
    worker = _worker(desk, clock)
    _learn(desk, worker)
    worker.look()
    assert (_outcomes(desk), _runs(desk)) == (["failed"], 1)
    assert FAILURE["indonesian"] in desk.page("/model")


def test_a_missed_run_is_made_up_at_the_next_allowed_hour(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    # The Sunday after holds no holiday's Tuesday: an office whose every weekday is a working day.
    clock.moment = clock.sunday + 2 * _DAY + timedelta(hours=9)
    worker = _worker(desk, clock)
    worker._days = WorkingDays({clock.moment.date(): True})  # noqa: SLF001 - the office's own calendar
    worker.look()
    assert _outcomes(desk) == []
    assert not worker.may_begin
    clock.moment = clock.moment.replace(hour=17)
    _learn(desk, worker)
    assert _outcomes(desk) == ["promoted"]
    assert _learnings(desk)[0].occasion == week_of(clock.sunday)


def test_learning_waits_for_another_training(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    with acquire_training_lock(training_runs_of(desk).office, "pilah train (process 7)"):
        worker.look()
        assert _outcomes(desk) == []
    _learn(desk, worker)
    assert _outcomes(desk) == ["promoted"]


def test_a_training_that_a_person_cancels_stays_cancelled(desk: Desk, clock: Clock, does: Any) -> None:
    _decide(desk)
    does("hang")
    worker = _worker(desk, clock)
    worker.look()
    (run,) = training_runs_of(desk).newest(1)
    desk.post(f"/model/latih/{run.id}/batal", "/model/latih")
    _until(lambda: lock_holder(training_runs_of(desk).office) is None)
    worker.look()
    assert (_outcomes(desk), _runs(desk)) == (["cancelled"], 1)


def test_a_small_office_learns_after_twenty_decisions(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WeeklyLearning, "_rows_learned", lambda _: 0)
    worker = _worker(desk, clock)
    worker.look()
    for number in range(20):
        _decide(desk, str(number))
    clock.moment += _DAY - timedelta(hours=1)
    _learn(desk, worker)
    assert {(entry.occasion, entry.outcome) for entry in _learnings(desk)} == {
        (week_of(clock.sunday), "skipped"),
        ("20 decisions", "promoted"),
    }


def test_a_week_that_learned_twenty_decisions_is_not_followed_by_an_early_training(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WeeklyLearning, "_rows_learned", lambda _: 0)
    for number in range(20):
        _decide(desk, str(number))
    worker = _worker(desk, clock)
    _learn(desk, worker)
    worker.look()
    assert [entry.occasion for entry in _learnings(desk)] == [week_of(clock.sunday)]


def test_an_office_with_a_register_alone_waits_for_twenty_decisions(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WeeklyLearning, "_rows_learned", lambda _: 0)
    _decide(desk)
    _worker(desk, clock).look()
    assert (_outcomes(desk), _runs(desk)) == (["skipped"], 0)
    assert "Baru ada 1 keputusan, sedangkan pelatihan pertama memerlukan 20" in desk.page("/model")


def test_an_undone_decision_counts_as_something_to_learn(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    _learn(desk, worker)
    with desk.database.session() as session:
        session.query(StoredDecision).one().undone_at = (clock.sunday + _DAY).replace(tzinfo=None)
    clock.moment += _WEEK
    _learn(desk, worker)
    assert _outcomes(desk) == ["promoted", "promoted"]


def test_a_service_that_is_told_not_to_learn_looks_never(desk: Desk, clock: Clock) -> None:
    for changes in ({"learn": "off"}, {"demonstration": True}):
        worker = _worker(desk, clock, **changes)
        assert not worker.on
        worker.start()
        worker.close()
    assert "Layanan ini tidak belajar sendiri" in desk.page("/model")


def test_old_weekly_versions_are_deleted_and_the_page_says_so(desk: Desk, clock: Clock) -> None:
    office = training_runs_of(desk).office
    old = [f"2025010{day}-010000-aaaaaa" for day in (1, 2, 3)]
    for version in old:
        (office.versions_folder / version).mkdir()
    _decide(desk)
    desk.send("2")
    with desk.database.session() as session:
        for version in old:
            moment = datetime(2025, 1, 5)  # noqa: DTZ001 - in the ledger's form
            Learnings(session, "kumham").add(version[:8], moment, LearningOutcome.KEPT)
            session.query(Learning).filter_by(occasion=version[:8]).one().version = version
        for complaint in session.query(StoredComplaint).filter_by(reference_id="2"):
            session.query(StoredSuggestion).filter_by(id=complaint.suggestion_id).one().model = old[1]
    try:
        _learn(desk, _worker(desk, clock, keep_versions=1, keep_monthly_versions=0))
        assert set(office.versions()) & set(old) == {old[1]}
        assert _learnings(desk)[0].removed == [old[0], old[2]]
        page = desk.page("/model")
        assert "2 versi lama sudah dihapus" in page
        assert old[0] in page
    finally:
        shutil.rmtree(office.versions_folder / old[1], ignore_errors=True)
        (office.versions_folder / "removed.jsonl").unlink(missing_ok=True)


def test_without_a_number_of_versions_to_keep_all_stay(desk: Desk, clock: Clock) -> None:
    office = training_runs_of(desk).office
    before = office.versions()
    _decide(desk)
    _learn(desk, _worker(desk, clock, keep_versions=0))
    assert office.versions() == before


def test_a_weeks_decisions_are_counted_before_they_are_learned(desk: Desk, clock: Clock) -> None:
    sent = desk.send("1", text="paspor saya belum jadi di kantor imigrasi")
    _decide(desk, "2")
    other = next(unit["id"] for unit in sent["units"][1:])
    assert desk.decide("1", unit=other, alasan="bukan kewenangan unit itu").status_code == 303
    # The first week counts the seven days before.
    clock.moment = datetime.now(UTC) + timedelta(minutes=5)
    _learn(desk, _worker(desk, clock, learn_in_office_hours=True))
    (entry,) = _learnings(desk)
    assert entry.figures["frozen_version"] == training_runs_of(desk).office.champion()
    assert entry.figures["unit"] == {"complaints": 2, "answered": 1, "frozen": 1}
    assert entry.figures["category"]["complaints"] == 2
    page = desk.page("/model")
    assert "Benar setiap pekan" in page
    assert indonesian.percent(0.5) in page


def test_without_the_frozen_version_the_curve_has_only_the_one_that_answered(
    desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    _decide(desk)
    with desk.database.reading() as session:
        decided = Learnings(session, "kumham").decided(datetime(2026, 1, 1), 9)  # noqa: DTZ001 - in the ledger's form
        figures = weekly_figures(training_runs_of(desk).office, decided, "20250101-010000-aaaaaa", "")
    assert figures["unit"] == {"complaints": 1, "answered": 1, "frozen": None}
    assert "can't be compared any more" in caplog.text
    assert clock.moment > datetime.now(UTC)


def test_decisions_before_the_last_training_are_not_counted_again(desk: Desk, clock: Clock) -> None:
    _decide(desk)
    worker = _worker(desk, clock)
    _learn(desk, worker)
    clock.moment += _WEEK
    _decide(desk, "2")
    _learn(desk, worker)
    assert _learnings(desk)[0].figures["unit"]["complaints"] == 1
