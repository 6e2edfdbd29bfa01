"""Complaints know whether a unit returned them or a near-duplicate, and returned decisions are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # A batch would copy the table on SQLite, and the deletion of the old table would delete the suggestions.
    op.add_column("complaints", sa.Column("was_returned", sa.Boolean, nullable=False, server_default=sa.text("false")))
    op.create_index(
        "ix_decisions_returned",
        "decisions",
        ["office", "unit_id"],
        sqlite_where=sa.text("returned_at IS NOT NULL"),
        postgresql_where=sa.text("returned_at IS NOT NULL"),
    )
