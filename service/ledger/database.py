"""The ledger's database: its engine, schema, sessions and UTC times. SQLite in PILAH_HOME unless a URL is set."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from data.errors import PilahError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

# The execution option of a connection that only reads.
READS_ONLY = "pilah_reads_only"
_BUSY_SECONDS = 15
# SQLAlchemy's errors for a database that is gone, locked for too long, full, or out of connections: no fault of the
# request.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeoutError)


class Database:
    """Opens sessions for one office: each commits when its block ends well, and rolls back otherwise."""

    def __init__(self, engine: Engine, office: str) -> None:
        self.engine = engine
        self.office = office
        self._reading = engine.execution_options(**{READS_ONLY: True})

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session whose transaction may write."""
        with Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, and never waits for a writer."""
        with Session(self._reading) as session, session.begin():
            yield session

    def new_session(self, *, read_only: bool) -> Session:
        """A session whose transaction begins with the first statement; the caller commits and closes it."""
        return Session(self._reading if read_only else self.engine)


def now() -> datetime:
    """The present in UTC, without an offset: the form of every time in the ledger."""
    return datetime.now(UTC).replace(tzinfo=None)


def as_utc(moment: datetime) -> datetime:
    """A time in the ledger's form; a time without an offset is taken as UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def open_ledger(url: str) -> Engine:
    """An engine for a database URL, its schema up to date.

    Raises:
        PilahError: the URL names no database that Pilah can use, or it doesn't answer.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise PilahError(
            "PILAH_DATABASE_URL is no database URL. Write it as postgresql+psycopg://user:password@host/name, or leave it "
            "empty for a file in PILAH_HOME."
        ) from None
    engine = connect(parsed)
    try:
        migrate(engine)
    except UNAVAILABLE as error:
        raise PilahError(
            f"The ledger's database {parsed.render_as_string(hide_password=True)} can't be opened: {_cause(error)} Is it "
            "running, may this user write there, and is there room on the disk?"
        ) from None
    return engine


def connect(url: URL) -> Engine:
    """An engine as Pilah uses it; whatever schema there is stays."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)


def _cause(error: Exception) -> str:
    """The driver's first line, which names no value of any row."""
    words = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return words[0].rstrip(".") + "." if words else type(error).__name__


def _sqlite(url: URL) -> Engine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin transactions by itself, too late to be safe; see "begin" below.
        connection.isolation_level = None
        cursor = connection.cursor()
        # A decision that was acknowledged outlives a power cut: FULL, not WAL's usual NORMAL.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that waits from its first word on never finds its reading outdated.
        reads_only = connection.get_execution_options().get(READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring a database forward to a schema, with what is in it."""
    with engine.begin() as connection:
        migrate_within(connection, revision)


def migrate_within(connection: Connection, revision: str = "head") -> None:
    """The same within a transaction of the caller's, which may still be taken back."""
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The schema that a database has; None where it has none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> tuple[str, ...]:
    """Every schema that this Pilah can read, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
