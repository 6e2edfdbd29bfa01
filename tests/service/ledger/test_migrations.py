from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import JSON, Boolean, Date, DateTime, Float, Integer, insert, make_url, select, text
from sqlalchemy.orm import Session

from service.ledger import database
from service.ledger.database import REVISIONS, connect, migrate, open_ledger, revision_of
from service.ledger.tables import Base, StoredComplaint
from service.operations.ledger_dump import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Column, Connection, Table

_VALUES: tuple[tuple[type, Callable[[int], Any]], ...] = (
    (JSON, lambda number: {"number": [number]}),
    (Boolean, lambda number: number == 1),
    (DateTime, lambda number: datetime(2026, 1, number)),  # noqa: DTZ001 - as the columns hold it
    (Date, lambda number: date(2026, 1, number)),
    (Float, lambda number: number / 4),
    (Integer, lambda number: number),
)
_COMPLAINT = """
INSERT INTO complaints (id, office, reference_id, revision, received_at, stored_at, waiting, title, text, confidential, fields)
VALUES ('c1', 'kumham', '9165816', 1, :now, :now, :yes, '', 'paspor belum jadi', :no, '{"type": "aspirasi"}')
"""
_KEY = """
INSERT INTO api_keys (id, office, name, hint, secret_hash, created_at) VALUES (:id, 'kumham', :name, '', :id, :now)
"""
_SUGGESTION = """
INSERT INTO suggestions (id, complaint_id, model, unit_id, category_id, unit_status, confidence, created_at, answer)
VALUES (:id, 'c1', '20261101-101502-3f9c2a', 'imigrasi', 'paspor', 'review', 0.5, :now, '{}')
"""


def test_a_ledger_of_the_first_release_is_upgraded_with_its_rows(empty_database_url: str) -> None:
    engine = connect(make_url(empty_database_url))
    migrate(engine, "0001")
    early, late = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
    with engine.begin() as connection:
        connection.execute(text(_COMPLAINT), {"now": early.replace(tzinfo=None), "yes": True, "no": False})
        for name, moment in (("s1", early), ("s2", late)):
            connection.execute(text(_SUGGESTION), {"id": name, "now": moment.replace(tzinfo=None)})
    engine.dispose()
    engine = open_ledger(empty_database_url)
    with Session(engine) as session:
        entry = session.get_one(StoredComplaint, "c1")
        assert (entry.text, entry.suggestion_id, entry.group_id, entry.waiting) == (
            "paspor belum jadi",
            "s2",
            "c1",
            True,
        )
    engine.dispose()


@pytest.mark.parametrize(("names", "system"), [(("hub", "hub"), "hub"), (("hub", "pengadilan"), ""), ((), "")])
def test_the_complaints_of_an_office_with_a_single_system_become_that_systems(
    empty_database_url: str, names: tuple[str, ...], system: str
) -> None:
    engine = connect(make_url(empty_database_url))
    migrate(engine, "0001")
    moment = datetime(2026, 11, 2, tzinfo=UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        connection.execute(text(_COMPLAINT), {"now": moment, "yes": True, "no": False})
    migrate(engine, "0012")
    with engine.begin() as connection:
        for number, name in enumerate(names):
            connection.execute(text(_KEY), {"id": str(number), "name": name, "now": moment})
    migrate(engine)
    with Session(engine) as session:
        assert session.get_one(StoredComplaint, "c1").system == system
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_of_every_released_schema_is_upgraded(empty_database_url: str, revision: str) -> None:
    engine = connect(make_url(empty_database_url))
    migrate(engine, revision)
    with engine.begin() as connection:
        before = {table.name: _fill(connection, table) for table in tables_of(connection)}
    migrate(engine)
    with engine.begin() as connection:
        assert revision_of(connection) == REVISIONS[0]
        for table in tables_of(connection):
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            for kept in before.get(table.name, []):
                same = {name: value for name, value in kept.items() if name in table.columns}
                assert any(same.items() <= row.items() for row in rows), (table.name, kept)
            assert len(rows) >= len(before.get(table.name, []))
    with Session(engine) as session:
        for mapper in Base.registry.mappers:
            session.scalars(select(mapper.class_)).all()
    engine.dispose()


def _fill(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Fill a table with two rows without blanks; a row refers to the row of the same number in other tables."""
    rows = [{column.name: _value(column, number) for column in table.columns} for number in (1, 2)]
    connection.execute(insert(table), rows)
    return rows


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return _value(next(iter(column.foreign_keys)).column, number)
    for kind, make in _VALUES:
        if isinstance(column.type, kind):
            return make(number)
    # A single office, so that rows of different tables belong together.
    return (
        "kumham" if column.name == "office" else f"{number}-{column.name}"[: getattr(column.type, "length", None) or 50]
    )


def test_the_migrations_make_the_tables_that_the_code_knows(empty_database_url: str) -> None:
    engine = open_ledger(empty_database_url)
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - only here
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata
        )
    engine.dispose()
    assert [
        entry
        for entry in differences
        if not re.search("alembic_version|search_index|ix_search_texts_words", str(entry))
    ] == []


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only here

    scripts = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert tuple(script.revision for script in scripts.walk_revisions()) == REVISIONS
