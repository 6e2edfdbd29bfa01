"""Waiting complaints know the basis of their suggestion, and one process at a time renews outdated suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("complaints") as table:
        # With a blank basis every waiting complaint gets a new suggestion once.
        table.add_column(sa.Column("suggested_with", sa.String(64), nullable=False, server_default=""))
    op.create_index(
        "ix_complaints_suggested_with",
        "complaints",
        ["office", "suggested_with"],
        sqlite_where=sa.text("waiting = 1"),
        postgresql_where=sa.text("waiting"),
    )
    op.create_table(
        "background_claims",
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("task", sa.String(20), nullable=False),
        sa.Column("holder", sa.String(36), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("office", "task", name="pk_background_claims"),
    )
