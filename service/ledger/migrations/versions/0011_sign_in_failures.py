"""Failed sign-ins are counted by name and source, not by name alone, and known browsers are remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(36)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_sign_in_failures"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sign_in_failures_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sign_in_failures_user_id", "sign_in_failures", ["user_id"])
    op.create_table(
        "known_browsers",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", "user_id", name="pk_known_browsers"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_known_browsers_user_id_users", ondelete="CASCADE"),
    )
    op.create_index("ix_known_browsers_user_id", "known_browsers", ["user_id"])
    # Not in batch mode: copying the table anew would delete the rows that refer to it.
    op.drop_column("users", "failures")
    op.drop_column("users", "locked_until")
