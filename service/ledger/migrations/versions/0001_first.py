"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NAME = sa.String(500)


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("reference_id", _NAME, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("stored_at", sa.DateTime, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("office", "reference_id", "revision", name="uq_complaints_office_reference_id_revision"),
    )
    waiting = sa.text("waiting")
    op.create_index(
        "ix_complaints_waiting",
        "complaints",
        ["office", "received_at", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("complaint_id", sa.String(36), nullable=False),
        sa.Column("model", sa.String(40), nullable=False),
        sa.Column("unit_id", _NAME, nullable=False),
        sa.Column("category_id", _NAME, nullable=False),
        sa.Column("unit_status", sa.String(12), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], ondelete="CASCADE", name="fk_suggestions_complaint_id"
        ),
    )
    op.create_index("ix_suggestions_complaint_id", "suggestions", ["complaint_id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("complaint_id", sa.String(36), nullable=False),
        sa.Column("suggestion_id", sa.String(36)),
        *(sa.Column(name, _NAME, nullable=False) for name in ("unit_id", "category_id", "type", "outcome")),
        sa.Column("copies", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("officer", _NAME, nullable=False),
        sa.Column("seconds", sa.Float),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("undone_at", sa.DateTime),
        sa.Column("returned_at", sa.DateTime),
        sa.Column("return_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], ondelete="CASCADE", name="fk_decisions_complaint_id"
        ),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestions.id"], ondelete="SET NULL", name="fk_decisions_suggestion_id"
        ),
    )
    op.create_index("ix_decisions_complaint_id", "decisions", ["complaint_id"])
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_decisions_standing",
        "decisions",
        ["complaint_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("office", sa.String(63), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", _NAME, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", _NAME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
