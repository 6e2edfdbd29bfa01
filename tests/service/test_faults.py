"""Faults of disk, database, model files and clock, as listed in docs/faults.md."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import create_engine, event, make_url, text

from data.errors import PilahError
from model.versions.artifact import ROUTER
from model.versions.office_home import Office
from service.app import create_app
from service.ledger.database import open_ledger
from service.settings import Settings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import tzinfo
    from pathlib import Path

    from sqlalchemy import Engine

LOCAL = "http://127.0.0.1"
LETTER = "laporan saya di polres sudah setahun belum ada kejelasan, mohon ditindaklanjuti"


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A copy of the home, whose files a test may damage."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("trainings", "uploads"))
    return home


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=home)), base_url=LOCAL) as client:
        yield client


def send(client: TestClient, reference: str = "F-1", words: str = LETTER) -> Any:
    return client.post("/v1/predictions", json={"reference_id": reference, "text": words})


def assert_says_when_to_try_again(answer: Any, kind: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:pilah:problem:{kind}"
    assert int(answer.headers["retry-after"]) > 0


# The disk


def test_a_full_disk_under_the_ledger_is_a_503_and_stores_nothing(client: TestClient) -> None:
    engine: Engine = client.app.state.database.engine  # type: ignore[attr-defined]
    pages = {"most": 0}

    @event.listens_for(engine, "connect")
    def hold(connection: sqlite3.Connection, _record: object) -> None:
        # SQLite's page limit raises the same error as a full disk. 0 leaves the limit unchanged.
        connection.execute(f"PRAGMA max_page_count={pages['most']}")

    def bound(most: int) -> None:
        pages["most"] = most
        engine.dispose()

    with engine.connect() as connection:
        used = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    bound(used)
    refused = [send(client, f"F-{n}", f"{LETTER} {'keterangan tambahan ' * 400}") for n in range(3)]
    bound(2**30)
    for n, answer in enumerate(refused):
        assert_says_when_to_try_again(answer, "ledger_unavailable")
        assert client.get(f"/v1/complaints/F-{n}").status_code == 404
    assert send(client, "F-0").status_code == 200


def test_an_upload_on_a_full_disk_leaves_no_partial_file(
    client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.files.os.fsync", no_room)
    uploads = client.app.state.uploads  # type: ignore[attr-defined]
    export = home / "ekspor.csv"
    export.write_text("isi\nlampu mati\n", encoding="utf-8")
    with (
        export.open("rb") as source,
        client.app.state.database.session() as session,  # type: ignore[attr-defined]
        pytest.raises(PilahError, match="disk is full"),
    ):
        uploads.receive(session, "ekspor.csv", source, "petugas")
    assert list((home / "uploads" / "kumham").iterdir()) == []


# The database


@pytest.fixture
def cut_off(postgresql: str, empty_database_url: str) -> Iterator[Any]:
    """A function that closes a PostgreSQL database to all clients, or opens it."""
    name = make_url(empty_database_url).database
    server = create_engine(make_url(postgresql).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")

    def shut(*, open_again: bool) -> None:
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {open_again}"))
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )

    yield shut
    shut(open_again=True)
    server.dispose()


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_lost_database_is_a_503_until_it_is_back(home: Path, empty_database_url: str, cut_off: Any) -> None:
    settings = Settings(home=home, database_url=SecretStr(empty_database_url))
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        assert send(client, "D-1").status_code == 200
        cut_off(open_again=False)
        for answer in (send(client, "D-2"), client.get("/readyz")):
            assert_says_when_to_try_again(answer, "ledger_unavailable")
        assert client.get("/healthz").status_code == 200
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "Catatan sedang tidak dapat dibuka" in page.text
        cut_off(open_again=True)
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/complaints/D-1").status_code == 200
        assert client.get("/v1/complaints/D-2").status_code == 404
        assert send(client, "D-2").status_code == 200


def test_a_locked_ledger_is_a_503(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.ledger.database._BUSY_SECONDS", 0.1)
    with TestClient(create_app(Settings(home=home)), base_url=LOCAL) as client:
        database = client.app.state.database  # type: ignore[attr-defined]
        with database.session() as session:
            session.execute(text("SELECT 1"))
            assert_says_when_to_try_again(send(client), "ledger_unavailable")
        assert send(client).status_code == 200


@pytest.mark.parametrize(
    "url", ["postgresql://pilah:rahasia@127.0.0.1:1/pilah?connect_timeout=2", "sqlite:////proc/pilah.db"]
)
def test_an_unreachable_database_at_start_is_an_error_without_the_password(url: str) -> None:
    with pytest.raises(PilahError, match="can't be opened") as caught:
        open_ledger(url)
    assert "rahasia" not in str(caught.value)


# The model's files


@pytest.mark.parametrize("spoil", ["missing", "truncated", "changed"])
def test_a_damaged_model_answers_nothing_until_repaired(client: TestClient, home: Path, spoil: str) -> None:
    office = Office(home, "kumham")
    router = office.versions_folder / str(office.champion()) / ROUTER
    whole = router.read_bytes()
    aside = router.with_name("aside")
    if spoil == "missing":
        router.unlink()
    else:
        # The file is replaced, not overwritten: the running process has mapped the old file.
        aside.write_bytes(whole[: len(whole) // 2] if spoil == "truncated" else whole[:-1] + b"\x00")
        aside.replace(router)
    answer = send(client)
    assert_says_when_to_try_again(answer, "no_model")
    assert "Restore the version from a backup or train again" in answer.json()["detail"]
    assert client.get("/healthz").status_code == 200
    aside.write_bytes(whole)
    aside.replace(router)
    assert send(client).status_code == 200


# The clock


class MovedClock(datetime):
    """The machine's clock, moved by an offset."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain datetime serves
        return datetime.now(tz) + cls.by


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_moved_clock_loses_no_complaint_and_no_decision(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    assert send(client, "C-1").status_code == 200
    monkeypatch.setattr(MovedClock, "by", timedelta(days=days))
    monkeypatch.setattr("service.ledger.database.datetime", MovedClock)
    again = send(client, "C-1", f"{LETTER} dan sekarang hilang berkasnya")
    unit = again.json()["units"][0]["id"]
    decided = client.post("/v1/decisions", json={"reference_id": "C-1", "unit": unit, "officer": "a"})
    assert decided.status_code == 201
    assert client.post("/v1/decisions", json={"reference_id": "C-1", "unit": unit, "officer": "b"}).status_code == 409
    monkeypatch.undo()
    stored = client.get("/v1/complaints/C-1").json()
    assert stored["revision"] == 2
    assert [entry["undone_at"] for entry in stored["decisions"]] == [None]
    assert client.get("/", headers={"accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("name", ["units.csv", "rules.csv", "categories.csv"])
def test_a_process_started_while_an_office_file_is_broken_gives_no_suggestion_until_it_is_whole(
    home: Path, name: str
) -> None:
    path = Office(home, "kumham").own_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.read_bytes() if path.exists() else None
    path.write_text("broken = [,\n", encoding="utf-8")
    with TestClient(create_app(Settings(home=home)), base_url=LOCAL) as client:
        for answer in (client.get("/readyz"), send(client)):
            assert_says_when_to_try_again(answer, "no_model")
            assert name in answer.json()["detail"]
        path.write_bytes(whole) if whole is not None else path.unlink()
        assert send(client).status_code == 200
