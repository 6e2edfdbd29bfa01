"""Full-text search of complaints: all words in any order, by stem; FTS5 on SQLite, text search on PostgreSQL.

Only masked texts are indexed, and no confidential ones, which lists don't show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select, text

from model.language.stemming import process_stemmer
from model.language.words import folded_words
from service.ledger.tables import SearchText, StoredComplaint

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

_MOST_WORDS = 12


def stems_of(*texts: str) -> str:
    """The distinct stems of texts, in order.

    >>> stems_of("Perbaikan jalan", "jalannya rusak")
    'baik jalan rusak'
    """
    stemmer = process_stemmer()
    return " ".join(dict.fromkeys(stemmer.stem(word) for written in texts for word in folded_words(written)))


def stems_of_complaint(title: str, intake_title: str, written: str, *, confidential: bool) -> str:
    """The indexed words of a complaint; blank for a confidential one."""
    return "" if confidential else stems_of(title, intake_title, written)


def index_complaint(session: Session, complaint: StoredComplaint) -> None:
    """Index a complaint, or index it anew."""
    words = stems_of_complaint(
        complaint.title,
        complaint.fields.get("intake_title", ""),
        complaint.text,
        confidential=complaint.confidential,
    )
    entry = session.scalar(select(SearchText).where(SearchText.complaint_id == complaint.id))
    if entry is None:
        session.add(SearchText(complaint_id=complaint.id, words=words))
    else:
        entry.words = words


def found_by(search: str, *, dialect: str, complaint: type[StoredComplaint] = StoredComplaint) -> ColumnElement[bool]:
    """The condition for complaints with this number, or with all words in their title or text."""
    by_reference: ColumnElement[bool] = complaint.reference_id == search
    # Not for words: no index finds the beginning of a number on both databases.
    if search.split() == [search] and any(map(str.isdigit, search)):
        # An officer types the number without the second key of a number that is used again.
        by_reference = or_(by_reference, complaint.reference_id.startswith(f"{search} (", autoescape=True))
    words = dict.fromkeys(folded_words(search))
    if not words:
        return by_reference
    query = _query(list(words)[:_MOST_WORDS], dialect)
    if dialect == "postgresql":
        matches = func.to_tsvector(text("'simple'"), SearchText.words).bool_op("@@")(
            func.to_tsquery(text("'simple'"), query)
        )
    else:
        rows = text("SELECT rowid FROM search_index WHERE search_index MATCH :search_query")
        matches = SearchText.id.in_(rows.bindparams(search_query=query).columns(SearchText.id))
    return or_(
        by_reference,
        and_(~complaint.confidential, complaint.id.in_(select(SearchText.complaint_id).where(matches))),
    )


def _query(words: list[str], dialect: str) -> str:
    """Each word by its stem or as the beginning of a word: folded words have letters and digits only."""
    stemmer = process_stemmer()
    if dialect == "postgresql":
        return " & ".join(f"({stemmer.stem(word)} | {word}:*)" for word in words)
    return " AND ".join(f'("{stemmer.stem(word)}" OR "{word}"*)' for word in words)
