"""Uploads count their tries, so that a file that ends its reader is given up."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
