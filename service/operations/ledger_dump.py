"""Write the ledger's tables as JSON Lines and read them back, between SQLite and PostgreSQL too.

Tables are reflected from the database, not taken from the code: a dump of an earlier schema is read into that schema,
which the migrations then upgrade.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, DateTime, MetaData, func, insert, select, text

from service.ledger.database import READS_ONLY
from service.ledger.tables import Base, SetupLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine, Table

_ROWS_AT_ONCE = 500


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the ledger at one moment, without later writes."""
    options: dict[str, Any] = {READS_ONLY: True}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def tables_of(connection: Connection) -> list[Table]:
    """Pilah's tables in the database, referenced tables first; another program's tables are left out."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name in Base.metadata.tables)
    return [table for table in metadata.sorted_tables if table.name in Base.metadata.tables]


def rows_out(connection: Connection, table: Table) -> Iterator[str]:
    """Each row of a table as a line of JSON."""
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
    for row in rows.mappings():
        yield json.dumps(dict(row), default=_as_text, ensure_ascii=False) + "\n"


def rows_in(connection: Connection, table: Table, lines: Iterable[bytes]) -> int:
    """Insert the lines of `rows_out`; returns the number of rows.

    Raises:
        ValueError: a line is not a row of this table.
    """
    count = 0
    rows = (_row(table, line) for line in lines)
    while portion := list(islice(rows, _ROWS_AT_ONCE)):
        connection.execute(insert(table), portion)
        count += len(portion)
    _continue_numbers(connection, table)
    return count


def count_rows(connection: Connection) -> int:
    """The number of rows in all tables, without links for a first administrator: `pilah serve` makes them by itself."""
    tables = [table for table in tables_of(connection) if table.name != SetupLink.__tablename__]
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def drop_all(connection: Connection) -> None:
    """Drop every table of the ledger, within the connection's transaction."""
    for table in reversed(tables_of(connection)):
        table.drop(connection)
    # Alembic's table of the schema's revision; the migrations write it again.
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _row(table: Table, line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict) or set(row) != set(table.columns.keys()):
        raise ValueError("not a row of this table")
    return {name: _from_text(table, name, value) for name, value in row.items()}


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _from_text(table: Table, name: str, value: Any) -> Any:  # noqa: ANN401 - any column's value
    kind = table.columns[name].type
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Set PostgreSQL's sequence to the greatest inserted id; inserts with explicit ids don't move it."""
    counted = table.autoincrement_column
    if connection.dialect.name != "postgresql" or counted is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, counted.name)
    connection.execute(select(func.setval(sequence, func.coalesce(func.max(counted), 1))).select_from(table))
