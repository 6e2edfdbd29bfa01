"""References belong to the system that sent them. An office with a single key's name has a single system."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # No batch: it may copy the table on SQLite, and deleting the old table deletes the suggestions.
    op.add_column("complaints", sa.Column("system", sa.String(60), nullable=False, server_default=""))
    op.execute(
        "UPDATE complaints SET system = (SELECT MIN(name) FROM api_keys WHERE api_keys.office = complaints.office) "
        "WHERE source = 'api' AND "
        "(SELECT COUNT(DISTINCT name) FROM api_keys WHERE api_keys.office = complaints.office) = 1"
    )
