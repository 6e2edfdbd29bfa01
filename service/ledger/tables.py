"""The ledger's tables. Texts are masked, times are UTC, and `office` separates the offices of one database."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Nobody reads a complaint in less time.
HASTY_BELOW_SECONDS = 3.0
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables, with a naming convention, so that migrations can refer to constraints."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(500), dict[str, Any]: JSON, list[str]: JSON}


class StoredComplaint(Base):
    """A revision of a complaint. A changed text under the same reference makes a new revision; the older stops waiting.

    `system` is the name of the key that sent the reference, blank for the desk and uploads; revisions are numbered by
    reference. `source` is api, upload, typed or letter; `group_id` the first near-duplicate; `suggestion_id` the newest
    suggestion. Unit, category, status and confidence of the suggestion are repeated here for the lists, since the whole
    answer is large; `intake_status` the latest status in an export of the intake system. `suggested_with` is the
    suggestion's basis (see model/suggestion.py), blank where a new suggestion is due. `was_returned`: by the suggestion, a unit returned
    the complaint or a near-duplicate.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("office", "reference_id", "revision"),
        Index(
            "ix_complaints_waiting",
            "office",
            "forward_by",
            "settle_by",
            "id",
            # SQLite uses a partial index only for a query with exactly this condition.
            sqlite_where=text("waiting = 1"),
            postgresql_where=text("waiting"),
        ),
        Index(
            "ix_complaints_waiting_for",
            "office",
            "unit_id",
            "unit_status",
            "forward_by",
            sqlite_where=text("waiting = 1"),
            postgresql_where=text("waiting"),
        ),
        Index(
            "ix_complaints_suggested_with",
            "office",
            "suggested_with",
            sqlite_where=text("waiting = 1"),
            postgresql_where=text("waiting"),
        ),
        Index("ix_complaints_received", "office", "received_at"),
        Index(
            "ix_complaints_group",
            "office",
            "group_id",
            # With these columns the index alone finds the representative of a group.
            "forward_by",
            "settle_by",
            "id",
            sqlite_where=text("waiting = 1"),
            postgresql_where=text("waiting"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    reference_id: Mapped[str]
    system: Mapped[str] = mapped_column(String(60))
    revision: Mapped[int]
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    waiting: Mapped[bool]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    confidential: Mapped[bool]
    source: Mapped[str] = mapped_column(String(12))
    forward_by: Mapped[date]
    settle_by: Mapped[date]
    settled_at: Mapped[datetime | None]
    intake_status: Mapped[str]
    group_id: Mapped[str] = mapped_column(String(36))
    suggestion_id: Mapped[str | None] = mapped_column(String(36))
    unit_id: Mapped[str]
    category_id: Mapped[str]
    unit_status: Mapped[str] = mapped_column(String(12))
    confidence: Mapped[float]
    known_share: Mapped[float]
    suggested_with: Mapped[str] = mapped_column(String(64), default="")
    was_returned: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[dict[str, Any]]
    suggestions: Mapped[list[StoredSuggestion]] = relationship(order_by="StoredSuggestion.created_at")
    decisions: Mapped[list[StoredDecision]] = relationship(order_by="StoredDecision.decided_at")


class DuplicateKey(Base):
    """A key shared by near-duplicates; see model/language/near_duplicates.py."""

    __tablename__ = "text_marks"
    __table_args__ = (Index("ix_text_marks_mark", "office", "mark"),)

    complaint_id: Mapped[str] = mapped_column(
        String(36), ForeignKey("complaints.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column("mark", String(24), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))


class SearchText(Base):
    """The stems of a complaint's title and text; the databases index them, see migration 0014."""

    __tablename__ = "search_texts"
    __table_args__ = (UniqueConstraint("complaint_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[str] = mapped_column(String(36), ForeignKey("complaints.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(Text)


class StoredSuggestion(Base):
    """A suggestion of a model version; `answer` is the suggestion as sent."""

    __tablename__ = "suggestions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    model: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[str]
    category_id: Mapped[str]
    unit_status: Mapped[str] = mapped_column(String(12))
    confidence: Mapped[float]
    created_at: Mapped[datetime]
    answer: Mapped[dict[str, Any]]


class StoredDecision(Base):
    """A decision on a revision. At most one decision stands; undone decisions are kept.

    `together` is shared by the decisions entered on near-duplicates at once: the id of the first.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index(
            "uq_decisions_standing",
            "complaint_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(
            "ix_decisions_returned",
            "office",
            "unit_id",
            sqlite_where=text("returned_at IS NOT NULL"),
            postgresql_where=text("returned_at IS NOT NULL"),
        ),
        Index("ix_decisions_decided", "office", "decided_at"),
        Index(
            "ix_decisions_together",
            "together",
            sqlite_where=text("together IS NOT NULL"),
            postgresql_where=text("together IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
    office: Mapped[str] = mapped_column(String(63))
    suggestion_id: Mapped[str | None] = mapped_column(ForeignKey("suggestions.id", ondelete="SET NULL"))
    unit_id: Mapped[str]
    category_id: Mapped[str]
    type: Mapped[str]
    outcome: Mapped[str]
    copies: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)
    officer: Mapped[str]
    seconds: Mapped[float | None]
    verdict: Mapped[str] = mapped_column(String(12))
    decided_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(Text)
    together: Mapped[str | None] = mapped_column(String(36))
    # The key's id of a decision over the API; blank for the desk and for uploads.
    caller: Mapped[str] = mapped_column(String(60))

    @property
    def hasty(self) -> bool:
        """Whether the officer took less time than reading needs."""
        return self.seconds is not None and self.seconds < HASTY_BELOW_SECONDS


class OutsideName(Base):
    """The name of a unit or category that an export names and the office doesn't know; the id is made from the name.

    `kind` is unit or category.
    """

    __tablename__ = "outside_names"

    office: Mapped[str] = mapped_column(String(63), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class User(Base):
    """A user. `password` is an argon2id hash; the role is officer, supervisor or administrator."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("office", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(13))
    password: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignIn(Base):
    """A session in a browser. The browser holds a secret, this row the hash."""

    __tablename__ = "sign_ins"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    form_token: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInFailures(Base):
    """The latest failures to sign in with one name from one source, an address or a known browser.

    The key is a hash: what somebody types as a name may be a password. `user_id` is empty for an unknown name.
    """

    __tablename__ = "sign_in_failures"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class KnownBrowser(Base):
    """A browser from which a user signed in before. The browser holds a secret, this row the hash."""

    __tablename__ = "known_browsers"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    seen_at: Mapped[datetime]


class SetupLink(Base):
    """The one-time link that makes an office's first administrator, as a hash."""

    __tablename__ = "setup_links"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    expires_at: Mapped[datetime]


class ApiKey(Base):
    """The API key of a system, as a hash; `hint` is the beginning, to tell keys apart."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(60))
    hint: Mapped[str] = mapped_column(String(12))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Upload(Base):
    """An uploaded export. A batch of rows is committed together with the new `done`.

    `state` is queued, reading, done, failed or cancelled; `tries` counts the tries since the latest batch.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    file_name: Mapped[str]
    uploaded_by: Mapped[str]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    claimed_at: Mapped[datetime | None]
    rows: Mapped[int | None]
    done: Mapped[int]
    summary: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)


class TrainingRun(Base):
    """A training started from the page: exports received, checked and trained on.

    `state` and `step`: see service/jobs/training/states.py; `error` is the last step's {"kind", "message"}.
    `options`: {"columns": headers that Pilah doesn't recognise by itself, "write_units": whether confirmed spellings are
    written to units.csv}.
    """

    __tablename__ = "trainings"
    __table_args__ = (Index("ix_trainings_created", "office", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    started_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    step: Mapped[str] = mapped_column(String(12))
    files: Mapped[list[str]]
    options: Mapped[dict[str, Any]]
    from_ledger: Mapped[bool]
    corrections: Mapped[str]
    error: Mapped[dict[str, Any]]
    version: Mapped[str] = mapped_column(String(40))


class Learning(Base):
    """A training by the schedule; the key lets each occasion, a week or a number of decisions, train only once.

    `outcome`: see service/ledger/learnings.py; `reason` is {"message", "indonesian"} of a skipped or failed training
    and of a version that was not promoted. `decisions` were new since the training before. `removed` lists the versions
    that were deleted afterwards; `figures` are those of the decisions before, see service/ledger/learnings.py.
    """

    __tablename__ = "learnings"

    office: Mapped[str] = mapped_column(String(63), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(20), primary_key=True)
    began_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[dict[str, Any]]
    decisions: Mapped[int]
    run_id: Mapped[str] = mapped_column(String(36))
    tries: Mapped[int]
    version: Mapped[str] = mapped_column(String(40))
    removed: Mapped[list[str]]
    figures: Mapped[dict[str, Any]]


class BackgroundClaim(Base):
    """The process that does a background task of an office; without renewal the claim expires."""

    __tablename__ = "background_claims"

    office: Mapped[str] = mapped_column(String(63), primary_key=True)
    task: Mapped[str] = mapped_column(String(20), primary_key=True)
    holder: Mapped[str] = mapped_column(String(36))
    expires_at: Mapped[datetime]


class FirstAnswer(Base):
    """The first answer to a request with an Idempotency-Key; `request_digest` tells another request under the same key."""

    __tablename__ = "first_answers"
    __table_args__ = (Index("ix_first_answers_created", "created_at"),)

    office: Mapped[str] = mapped_column(String(63), primary_key=True)
    caller: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    status: Mapped[int]
    answer: Mapped[dict[str, Any]]


class AuditEvent(Base):
    """An event of the audit log, without any complaint's text."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
