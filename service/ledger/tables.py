"""The ledger's tables. Texts in it are masked; times are UTC; `office` parts the offices of one database."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can find it again."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(500), dict[str, Any]: JSON, list[str]: JSON}


class StoredComplaint(Base):
    """One revision of a complaint: changed text under the same reference is a new one, and the older stops waiting."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("office", "reference_id", "revision"),
        Index(
            "ix_complaints_waiting",
            "office",
            "received_at",
            "id",
            sqlite_where=text("waiting"),
            postgresql_where=text("waiting"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    reference_id: Mapped[str]
    revision: Mapped[int]
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    waiting: Mapped[bool]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    confidential: Mapped[bool]
    fields: Mapped[dict[str, Any]]
    suggestions: Mapped[list[StoredSuggestion]] = relationship(order_by="StoredSuggestion.created_at")
    decisions: Mapped[list[StoredDecision]] = relationship(order_by="StoredDecision.decided_at")


class StoredSuggestion(Base):
    """What a model version answered, as it left the service."""

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
    """What a person or a system decided on a revision; at most one stands, an undone one stays to be seen."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(
            "uq_decisions_standing",
            "complaint_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaints.id", ondelete="CASCADE"), index=True)
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
    decided_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(Text)


class AuditEvent(Base):
    """Who did what, when; never a complaint's text."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    office: Mapped[str] = mapped_column(String(63))
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
