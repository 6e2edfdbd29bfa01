"""Trainings by the schedule: one row for each occasion, with the outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "learnings",
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("occasion", sa.String(20), nullable=False),
        sa.Column("began_at", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("reason", sa.JSON, nullable=False),
        sa.Column("decisions", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(36), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("removed", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("office", "occasion", name="pk_learnings"),
    )
