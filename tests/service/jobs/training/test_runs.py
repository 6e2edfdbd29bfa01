"""Training runs from the page, on SQLite and PostgreSQL: steps, processes, and permissions."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from model.errors import TrainingBusy
from model.versions.training_lock import acquire_training_lock, lock_holder
from service.errors import RunStateConflict
from service.jobs import subprocesses
from service.jobs.training.states import Step
from service.ledger.tables import AuditEvent, TrainingRun
from tests.service.desk import Desk
from tests.service.stand_in import FAILURE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.testclient import TestClient

    from service.jobs.training.runs import TrainingRuns

_CSV = "isi;unit;kategori;tanggal\nlampu mati;Dinas PU;Jalan;2026-01-02\n"
_PATIENCE_SECONDS = 40


@pytest.fixture(autouse=True)
def does(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that sets the behaviour of the process started instead of `pilah`."""
    stand_in = Path(__file__).parents[2] / "stand_in.py"
    monkeypatch.setattr(subprocesses, "_PILAH", (sys.executable, str(stand_in)))

    def say(what: str) -> None:
        monkeypatch.setenv("STAND_IN_DOES", what)

    say("end")
    return say


@pytest.fixture
def desk(client: TestClient) -> Iterator[Desk]:
    """The office; after the test no process is left running."""
    desk = Desk(client)
    yield desk
    for run in training_runs_of(desk).newest(20):
        if run.state in {"checking", "training"}:
            with desk.database.session() as session:
                training_runs_of(desk).cancel(session, run, "test")
    _until(lambda: lock_holder(training_runs_of(desk).office) is None)


@pytest.fixture
def keeper(desk: Desk) -> Desk:
    return desk.sign_in("rini")


def training_runs_of(desk: Desk) -> TrainingRuns:
    runs: TrainingRuns = desk.client.app.state.training_runs  # type: ignore[attr-defined]
    return runs


def _hand_over(desk: Desk, name: str = "januari.csv", content: str | bytes = _CSV, **fields: Any) -> str:
    """Submit a file; returns the run's address."""
    files = {"berkas": (name, content if isinstance(content, bytes) else content.encode())}
    answer = desk.post("/model/latih/mulai", "/model/latih", files=files, **fields)
    assert answer.status_code == 303, answer.text
    address: str = answer.headers["location"]
    return address


def _run_of(desk: Desk, address: str) -> TrainingRun:
    run = training_runs_of(desk).find(address.partition("?")[0].rsplit("/", 1)[-1])
    assert run is not None
    return run


def _until(true: Any) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def _reaches(desk: Desk, address: str, state: str) -> TrainingRun:
    _until(lambda: _run_of(desk, address).state == state)
    return _run_of(desk, address)


def _folder(desk: Desk, run: TrainingRun) -> Path:
    return training_runs_of(desk).office.home / "trainings" / "kumham" / run.id


def _said_to(desk: Desk, run: TrainingRun) -> list[list[str]]:
    """The arguments of a run's processes."""
    log = training_runs_of(desk).files(run).log.read_text(encoding="utf-8")
    return [line.split("\t") for line in log.splitlines()]


def test_files_are_checked_then_trained_and_deleted_afterwards(keeper: Desk) -> None:
    address = _hand_over(keeper)
    checked = _reaches(keeper, address, "checked")
    exports = _folder(keeper, checked) / "exports"
    assert [path.name for path in exports.iterdir()] == ["januari.csv"]
    assert _folder(keeper, checked).stat().st_mode & 0o077 == 0
    assert "Baca pemeriksaan" in keeper.page(address)
    keeper.post(f"{address}/latih", address)
    trained = _reaches(keeper, address, "trained")
    assert trained.version == VERSION
    assert f"/model/versi/{VERSION}" in keeper.page(address)
    _until(lambda: not exports.exists())
    with keeper.database.reading() as session:
        actions = {event.action for event in session.query(AuditEvent)}
    assert {"training_files", "training_check", "training_train", "training_done"} <= actions


def test_the_checks_page_is_sandboxed(keeper: Desk) -> None:
    address = _hand_over(keeper)
    _reaches(keeper, address, "checked")
    answer = keeper.client.get(f"{address}/pemeriksaan")
    policy = answer.headers["content-security-policy"]
    assert "seratus baris" in answer.text
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy
    assert keeper.client.get(f"{address}/pemeriksaan.xlsx").content == b"PK"
    assert "sandbox" not in keeper.client.get(address).headers["content-security-policy"]


def test_a_failure_is_explained_in_indonesian_with_the_commands_message(keeper: Desk, does: Any) -> None:
    does("fail")
    address = _hand_over(keeper)
    run = _reaches(keeper, address, "failed")
    page = keeper.page(address)
    assert FAILURE["indonesian"] in page
    assert "sebutkan judulnya saat menyerahkan berkas" in page
    # These files can't be used for a training, so they were deleted.
    assert "Ulangi" not in page
    assert not (_folder(keeper, run) / "exports").exists()


def test_a_dead_process_interrupts_the_run_and_the_step_can_be_repeated(keeper: Desk, does: Any) -> None:
    does("die")
    address = _hand_over(keeper)
    _reaches(keeper, address, "interrupted")
    assert "Terputus, ulangi" in keeper.page(address)
    does("end")
    keeper.post(f"{address}/periksa", address)
    _reaches(keeper, address, "checked")


def test_progress_is_shown_and_the_page_reloads_at_the_end(keeper: Desk, does: Any) -> None:
    does("hang")
    address = _hand_over(keeper)
    _until(lambda: 'value="3"' in keeper.page(address))
    part = keeper.client.get(address, headers={"HX-Request": "true"})
    assert 'max="10"' in part.text
    assert "<html" not in part.text
    assert "hx-refresh" not in part.headers
    keeper.post(f"{address}/batal", address)
    assert keeper.client.get(address, headers={"HX-Request": "true"}).headers["hx-refresh"] == "true"


def test_cancelling_ends_the_process_and_deletes_the_files(keeper: Desk, does: Any) -> None:
    does("hang")
    address = _hand_over(keeper)
    run = _reaches(keeper, address, "checking")
    _until(lambda: lock_holder(training_runs_of(keeper).office) == run.id)
    keeper.post(f"{address}/batal", address)
    assert _run_of(keeper, address).state == "cancelled"
    _until(lambda: lock_holder(training_runs_of(keeper).office) is None)
    _until(lambda: not _folder(keeper, run).exists())
    assert "Dibatalkan" in keeper.page(address)


def test_one_training_at_a_time_and_the_second_waits_with_its_files(keeper: Desk, does: Any) -> None:
    does("hang")
    first = _hand_over(keeper)
    second = _hand_over(keeper, "februari.csv")
    assert second.endswith("?galat=sibuk")
    assert "sedang berjalan" in keeper.page(second)
    assert (_run_of(keeper, first).state, _run_of(keeper, second).state) == ("checking", "received")
    keeper.post(f"{first}/batal", first)
    _until(lambda: lock_holder(training_runs_of(keeper).office) is None)
    does("end")
    keeper.post(f"{second.split('?')[0]}/periksa", first)
    _reaches(keeper, second, "checked")


def test_of_two_simultaneous_starts_one_succeeds(keeper: Desk, does: Any) -> None:
    address = _hand_over(keeper)
    run = _reaches(keeper, address, "checked")
    does("hang")
    runs, started, refused = training_runs_of(keeper), [], []

    def start() -> None:
        try:
            with keeper.database.session() as session:
                begun = runs.begin(session, run, Step.TRAIN, "rini")
            runs.launch(begun)
            started.append(begun)
        except (RunStateConflict, TrainingBusy) as error:
            refused.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(started), len(refused)) == (1, 3)
    assert _run_of(keeper, address).state == "training"


def test_a_training_on_the_command_line_blocks_a_run(keeper: Desk) -> None:
    with acquire_training_lock(training_runs_of(keeper).office, "pilah train (process 7)"):
        address = _hand_over(keeper)
        assert _run_of(keeper, address).state == "received"
    keeper.post(f"{address.split('?')[0]}/periksa", "/model/latih")
    _reaches(keeper, address, "checked")


def test_the_corrected_workbook_is_checked_and_used_in_the_training(keeper: Desk) -> None:
    address = _hand_over(keeper)
    run = _reaches(keeper, address, "checked")
    mend = {"back": address, "pelatihan": run.id}
    refused = keeper.post("/model/latih/perbaikan", **mend, files={"berkas": ("perbaikan.csv", b"a;b")})
    assert refused.headers["location"].endswith("bukan-buku")
    keeper.post("/model/latih/perbaikan", **mend, units="ya", files={"berkas": ("perbaikan.xlsx", b"PK")})
    _reaches(keeper, address, "checked")
    assert "perbaikan.xlsx" in keeper.page(address)
    keeper.post(f"{address}/latih", address)
    _reaches(keeper, address, "trained")
    check, again, training = _said_to(keeper, run)
    workbook = str(_folder(keeper, run) / "corrections.xlsx")
    assert "--corrections" not in check
    assert (again[again.index("--corrections") + 1], "--write-units" in again) == (workbook, True)
    assert (training[training.index("--corrections") + 1], "--write-units" in training) == (workbook, False)
    assert "--by=rini" in training


def test_a_run_can_train_on_decisions_without_a_file(keeper: Desk) -> None:
    answer = keeper.post("/model/latih/mulai", "/model/latih", catatan="ya")
    address = answer.headers["location"]
    assert "tidak ada berkas untuk diperiksa" in keeper.page(address)
    keeper.post(f"{address}/latih", address)
    run = _reaches(keeper, address, "trained")
    (training,) = _said_to(keeper, run)
    assert "--from-ledger" in training


def test_columns_are_passed_to_the_command(keeper: Desk) -> None:
    address = _hand_over(keeper, kolom_isi="-- Uraian", kolom_unit="Bidang")
    (check,) = _said_to(keeper, _reaches(keeper, address, "checked"))
    assert {"--text=-- Uraian", "--unit=Bidang"} <= set(check)


def test_other_files_than_exports_are_refused(keeper: Desk) -> None:
    assert _hand_over(keeper, "catatan.pdf").endswith("?galat=jenis")
    assert keeper.post("/model/latih/mulai", "/model/latih").headers["location"].endswith("?galat=kosong")
    assert "Pilih berkasnya dahulu" in keeper.page("/model/latih?galat=kosong")
    with keeper.database.reading() as session:
        assert session.query(TrainingRun).count() == 0


def test_a_form_without_its_token_is_refused(keeper: Desk) -> None:
    files = {"berkas": ("a.csv", _CSV.encode())}
    assert keeper.client.post("/model/latih/mulai", data={"token": "x"}, files=files).status_code == 403
    for address in (f"/model/versi/{VERSION}/pakai", "/model/kembali"):
        assert keeper.client.post(address, data={"token": "x"}).status_code == 403
    with keeper.database.reading() as session:
        assert session.query(TrainingRun).count() == 0


def test_a_supervisor_may_read_and_an_officer_may_not(desk: Desk) -> None:
    address = _hand_over(desk.sign_in("rini"))
    _reaches(desk, address, "checked")
    desk.client.cookies.clear()
    desk.sign_in("budi")
    assert "Mulai melatih" not in desk.page(address)
    assert "Serahkan dan periksa" not in desk.page("/model/latih")
    assert "Versi" in desk.page("/model")
    for action in ("latih", "batal", "periksa"):
        assert desk.post(f"{address}/{action}", "/akun").status_code == 403
    assert desk.post("/model/latih/mulai", "/akun").status_code == 403
    assert desk.post("/model/kembali", "/akun").status_code == 403
    desk.client.cookies.clear()
    desk.sign_in("sari")
    assert "Pergantian model" not in desk.page("/model")
    for page in ("/model/latih", address, f"{address}/pemeriksaan"):
        desk.page(page, 403)


def test_a_run_that_waited_a_week_is_cancelled_and_deleted(keeper: Desk) -> None:
    address = _hand_over(keeper)
    run = _reaches(keeper, address, "checked")
    with keeper.database.session() as session:
        session.get_one(TrainingRun, run.id).changed_at = run.changed_at.replace(year=2025)
    training_runs_of(keeper).resume()
    assert not _folder(keeper, run).exists()
    assert "tujuh hari" in keeper.page(address)


def test_an_unknown_training_or_version_is_404(keeper: Desk) -> None:
    for address in (
        "/model/latih/x",
        "/model/latih/x/pemeriksaan",
        "/model/versi/..%2f..%2fchampion",
        "/model/versi/x",
    ):
        keeper.page(address, 404)
