"""Full-text search: the stems of masked titles and texts, indexed by FTS5 or PostgreSQL."""

import sqlalchemy as sa
from alembic import op

from service.ledger.lists.search import stems_of_complaint

revision = "0014"
down_revision = "0013"

_ROWS_AT_ONCE = 500
_COMPLAINTS = sa.table(
    "complaints",
    sa.column("id", sa.String),
    sa.column("title", sa.Text),
    sa.column("text", sa.Text),
    sa.column("confidential", sa.Boolean),
    sa.column("fields", sa.JSON),
)
_FTS5 = (
    # A ledger that was restored over an older one still has the older index.
    "DROP TABLE IF EXISTS search_index",
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_texts', content_rowid='id')",
    (
        "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN "
        "INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END"
    ),
    (
        "CREATE TRIGGER search_texts_deleted AFTER DELETE ON search_texts BEGIN "
        "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words); END"
    ),
    (
        "CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN "
        "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words); "
        "INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END"
    ),
)


def upgrade() -> None:
    texts = op.create_table(
        "search_texts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("complaint_id", sa.String(36), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_texts"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name="fk_search_texts_complaint_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("complaint_id", name="uq_search_texts_complaint_id"),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_search_texts_words ON search_texts USING gin (to_tsvector('simple', words))")
    else:
        for statement in _FTS5:
            op.execute(statement)
    last = ""
    while rows := _rows_after(connection, last):
        connection.execute(sa.insert(texts), [_indexed(row) for row in rows])
        last = rows[-1].id


def _rows_after(connection: sa.Connection, last: str) -> list[sa.Row[tuple[object, ...]]]:
    query = sa.select(_COMPLAINTS).where(_COMPLAINTS.c.id > last).order_by(_COMPLAINTS.c.id).limit(_ROWS_AT_ONCE)
    return list(connection.execute(query))


def _indexed(row: sa.Row[tuple[object, ...]]) -> dict[str, str]:
    title = (row.fields or {}).get("intake_title", "")
    return {
        "complaint_id": row.id,
        "words": stems_of_complaint(row.title, title, row.text, confidential=row.confidential),
    }
