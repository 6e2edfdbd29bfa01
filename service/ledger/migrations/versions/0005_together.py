"""Decisions on complaints that are nearly the same know that they were made in one stroke, and are undone in one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("together", sa.String(36)))
    op.create_index(
        "ix_decisions_together",
        "decisions",
        ["together"],
        sqlite_where=sa.text("together IS NOT NULL"),
        postgresql_where=sa.text("together IS NOT NULL"),
    )
