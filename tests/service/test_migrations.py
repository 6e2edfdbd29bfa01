from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from service.ledger.database import connect, migrate, open_ledger
from service.ledger.tables import Base, StoredComplaint

_COMPLAINT = """
INSERT INTO complaints (id, office, reference_id, revision, received_at, stored_at, waiting, title, text, confidential, fields)
VALUES ('c1', 'kumham', '9165816', 1, :now, :now, :yes, '', 'paspor belum jadi', :no, '{"type": "aspirasi"}')
"""
_SUGGESTION = """
INSERT INTO suggestions (id, complaint_id, model, unit_id, category_id, unit_status, confidence, created_at, answer)
VALUES (:id, 'c1', '20261101-101502-3f9c2a', 'imigrasi', 'paspor', 'review', 0.5, :now, '{}')
"""


def test_a_ledger_of_the_first_release_comes_forward_with_all_that_is_in_it(empty_database_url: str) -> None:
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


def test_the_migrations_make_the_tables_that_the_code_knows(empty_database_url: str) -> None:
    engine = open_ledger(empty_database_url)
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - only here
    from alembic.migration import MigrationContext  # noqa: PLC0415

    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata
        )
    engine.dispose()
    assert [entry for entry in differences if "alembic_version" not in str(entry)] == []
