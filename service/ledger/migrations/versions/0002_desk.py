"""The desk: deadlines and groups of complaints, people who sign in, keys, uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.String(36)
_OFFICE = sa.String(63)
_NAME = sa.String(500)


def upgrade() -> None:
    _complaints_get_deadlines()
    _decisions_know_their_office()
    _people_and_keys()
    _uploads_and_marks()


def _complaints_get_deadlines() -> None:
    op.drop_index("ix_complaints_waiting", "complaints")
    with op.batch_alter_table("complaints") as table:
        table.add_column(sa.Column("source", sa.String(12), nullable=False, server_default="api"))
        table.add_column(sa.Column("forward_by", sa.Date, nullable=False, server_default="1970-01-01"))
        table.add_column(sa.Column("settle_by", sa.Date, nullable=False, server_default="1970-01-01"))
        table.add_column(sa.Column("settled_at", sa.DateTime))
        table.add_column(sa.Column("intake_status", _NAME, nullable=False, server_default=""))
        table.add_column(sa.Column("group_id", _ID, nullable=False, server_default=""))
        table.add_column(sa.Column("suggestion_id", _ID))
        table.add_column(sa.Column("unit_id", _NAME, nullable=False, server_default=""))
        table.add_column(sa.Column("category_id", _NAME, nullable=False, server_default=""))
        table.add_column(sa.Column("unit_status", sa.String(12), nullable=False, server_default="unsure"))
        table.add_column(sa.Column("confidence", sa.Float, nullable=False, server_default="0"))
        table.add_column(sa.Column("known_share", sa.Float, nullable=False, server_default="1"))
    # The deadlines themselves are counted at the next start, which knows the office's calendar.
    op.execute("UPDATE complaints SET group_id = id")
    op.execute(
        "UPDATE complaints SET suggestion_id = (SELECT id FROM suggestions WHERE complaint_id = complaints.id "
        "ORDER BY created_at DESC, id DESC LIMIT 1)"
    )
    copied = ("unit_id", "category_id", "unit_status", "confidence")
    complaints = sa.table("complaints", sa.column("suggestion_id"), *map(sa.column, copied))
    suggestions = sa.table("suggestions", sa.column("id"), *map(sa.column, copied))
    for name in copied:
        newest = sa.select(suggestions.c[name]).where(suggestions.c.id == complaints.c.suggestion_id)
        op.execute(
            sa.update(complaints)
            .where(complaints.c.suggestion_id.is_not(None))
            .values({name: newest.scalar_subquery()})
        )
    for name, columns in (
        ("ix_complaints_waiting", ["office", "forward_by", "settle_by", "id"]),
        ("ix_complaints_waiting_for", ["office", "unit_id", "unit_status", "forward_by"]),
        ("ix_complaints_group", ["office", "group_id", "forward_by", "settle_by", "id"]),
    ):
        op.create_index(
            name,
            "complaints",
            columns,
            sqlite_where=sa.text("waiting = 1"),
            postgresql_where=sa.text("waiting"),
        )
    op.create_index("ix_complaints_received", "complaints", ["office", "received_at"])


def _decisions_know_their_office() -> None:
    op.drop_index("ix_decisions_decided_at", "decisions")
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("office", _OFFICE, nullable=False, server_default=""))
    op.execute("UPDATE decisions SET office = (SELECT office FROM complaints WHERE id = decisions.complaint_id)")
    op.create_index("ix_decisions_decided", "decisions", ["office", "decided_at"])


def _people_and_keys() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("office", _OFFICE, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("role", sa.String(13), nullable=False),
        sa.Column("password", _NAME, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("disabled_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("office", "name", name="uq_users_office_name"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sign_ins"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE", name="fk_sign_ins_user_id"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", _ID, nullable=False),
        sa.Column("office", _OFFICE, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("hint", sa.String(12), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revoked_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
    )


def _uploads_and_marks() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", _ID, nullable=False),
        sa.Column("office", _OFFICE, nullable=False),
        sa.Column("file_name", _NAME, nullable=False),
        sa.Column("uploaded_by", _NAME, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("claimed_at", sa.DateTime),
        sa.Column("rows", sa.Integer),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_table(
        "text_marks",
        sa.Column("complaint_id", _ID, nullable=False),
        sa.Column("mark", sa.String(24), nullable=False),
        sa.Column("office", _OFFICE, nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "mark", name="pk_text_marks"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], ondelete="CASCADE", name="fk_text_marks_complaint_id"
        ),
    )
    op.create_index("ix_text_marks_mark", "text_marks", ["office", "mark"])
