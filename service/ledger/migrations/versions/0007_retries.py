"""Retries get their first answer: answers by Idempotency-Key, and the caller of a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("caller", sa.String(60), nullable=False, server_default=""))
    op.create_table(
        "first_answers",
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("caller", sa.String(60), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("office", "caller", "key", name="pk_first_answers"),
    )
    op.create_index("ix_first_answers_created", "first_answers", ["created_at"])
