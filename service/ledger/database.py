"""The ledger's database: engine, schema, sessions and UTC times. SQLite in PILAH_HOME unless a URL is set."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from data.errors import PilahError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

# The schema's revisions, newest first: the files of migrations/versions.
REVISIONS = (
    "0015",
    "0014",
    "0013",
    "0012",
    "0011",
    "0010",
    "0009",
    "0008",
    "0007",
    "0006",
    "0005",
    "0004",
    "0002",
    "0001",
)
# The execution option of a connection that only reads.
READS_ONLY = "pilah_reads_only"
_BUSY_SECONDS = 15
# SQLAlchemy's errors for a database that is gone, locked for too long, full, or out of connections: no fault of the
# request.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeoutError)


class Database:
    """Opens sessions for one office. A session commits when the block ends well, and rolls back otherwise."""

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
    """Create an engine for a database URL and upgrade the schema.

    Raises:
        PilahError: the URL is invalid, or the database doesn't answer.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise PilahError("ledger.database-url-invalid") from None
    engine = connect(parsed)
    try:
        with engine.connect().execution_options(**{READS_ONLY: True}) as connection:
            revision = revision_of(connection)
        if revision != REVISIONS[0]:
            migrate(engine)
    except UNAVAILABLE as error:
        shown = parsed.render_as_string(hide_password=True)
        raise PilahError("ledger.database-unavailable", database=shown, reason=_first_line(error)) from None
    return engine


def open_existing_ledger(url: str) -> Engine:
    """Create an engine for a database that holds a ledger, of any schema, and change nothing.

    Raises:
        PilahError: the URL is invalid, the database doesn't answer, or it holds no ledger.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise PilahError("ledger.database-url-invalid") from None
    shown = parsed.render_as_string(hide_password=True)
    # SQLite would make the file.
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise PilahError("ledger.no-ledger", database=shown)
    engine = connect(parsed)
    try:
        with engine.connect().execution_options(**{READS_ONLY: True}) as connection:
            revision = revision_of(connection)
    except UNAVAILABLE as error:
        raise PilahError("ledger.database-unavailable", database=shown, reason=_first_line(error)) from None
    if revision is None:
        engine.dispose()
        raise PilahError("ledger.no-ledger", database=shown)
    return engine


def connect(url: URL) -> Engine:
    """Create an engine with Pilah's options, without touching the schema."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)


def _first_line(error: Exception) -> str:
    """The first line of the driver's message, without values of a row."""
    words = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    return words[0].rstrip(".") + "." if words else type(error).__name__


def _sqlite(url: URL) -> Engine:
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # The driver begins transactions too late to be safe; `begin` below does so instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        # FULL, not WAL's usual NORMAL: an acknowledged decision survives a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock before reading, so that the rows read can't be outdated.
        reads_only = connection.get_execution_options().get(READS_ONLY, False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def migrate(engine: Engine, revision: str = REVISIONS[0]) -> None:
    """Upgrade a database, with all rows, to a revision of the schema."""
    with engine.begin() as connection:
        migrate_within(connection, revision)


def migrate_within(connection: Connection, revision: str = REVISIONS[0]) -> None:
    """Upgrade a database within the caller's transaction."""
    # Alembic takes a third of a second to import, and most starts find the schema up to date.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's schema; None without Pilah's tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
