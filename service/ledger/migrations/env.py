"""Alembic's way in: Pilah hands it an open connection."""

from alembic import context

from service.ledger.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
