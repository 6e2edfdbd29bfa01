"""The one-time link that makes an office's first administrator, as a hash."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "setup_links",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_setup_links"),
    )
