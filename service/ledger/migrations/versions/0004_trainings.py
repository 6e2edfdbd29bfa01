"""Retraining from the page: what was handed over, how far it is, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    name = sa.String(500)
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("started_by", name, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("from_ledger", sa.Boolean, nullable=False),
        sa.Column("corrections", name, nullable=False),
        sa.Column("error", sa.JSON, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
    )
    op.create_index("ix_trainings_created", "trainings", ["office", "created_at"])
