"""Full-text search on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, make_url, select, text
from sqlalchemy.orm import Session

from service.ledger.database import connect, migrate
from service.ledger.lists.search import found_by
from service.ledger.tables import SearchText, StoredComplaint

if TYPE_CHECKING:
    from tests.service.desk import Desk

_COMPLAINT = """
INSERT INTO complaints (id, office, reference_id, revision, received_at, stored_at, waiting, title, text, confidential,
    source, forward_by, settle_by, intake_status, group_id, unit_id, category_id, unit_status, confidence, known_share,
    fields)
VALUES (:id, 'kumham', :id, 1, :now, :now, :yes, '', 'sertifikat tanah belum terbit di Bogor', :confidential,
    'api', :day, :day, '', :id, '', '', 'unsure', 0, 1, '{}')
"""


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.sign_in("sari")
    desk.send("1", text="sertifikat tanah saya di kabupaten Bogor belum terbit", title="Kantor pertanahan")
    desk.send("2", text="jalan rusak, mohon diperbaiki")
    desk.send("3", text="tanah warisan di Bogor bersengketa", confidential=True)
    desk.send("AG-12/2026", text="lampu mati")
    return desk


def _found(desk: Desk, words: str) -> list[str]:
    dialect = desk.database.engine.dialect.name
    with desk.database.reading() as session:
        query = select(StoredComplaint.reference_id).where(found_by(words, dialect=dialect))
        return sorted(session.scalars(query))


@pytest.mark.parametrize(
    ("words", "references"),
    [
        ("tanah bogor", ["1"]),
        ("Bogor TANAH", ["1"]),
        ("perbaikan jalan", ["2"]),
        ("sertif", ["1"]),
        ("pertanahan sertifikat", ["1"]),
        ("tanah rusak", []),
        ("AG-12/2026", ["AG-12/2026"]),
        ("3", ["3"]),
        ('"* OR ) & !', []),
        ("'; --", []),
    ],
)
def test_all_words_are_found_in_any_order_and_by_stem(filled: Desk, words: str, references: list[str]) -> None:
    assert _found(filled, words) == references


def test_the_queue_is_searched_and_masked_words_are_not_indexed(filled: Desk) -> None:
    filled.send("5", text="hubungi 081200000001 soal lampu")
    assert "pertanahan" in filled.page("/antrean?cari=bogor+sertifikat").lower()
    assert _found(filled, "081200000001") == []


def test_a_number_is_found_with_its_second_key(filled: Desk) -> None:
    filled.send("77", text="paspor tertahan di imigrasi")
    filled.send("77 (2024-02)", text="jembatan desa putus")
    filled.send("777 (2024-02)", text="kartu keluarga salah cetak")
    assert _found(filled, "77") == ["77", "77 (2024-02)"]


def test_a_deleted_complaint_leaves_the_index(filled: Desk) -> None:
    with filled.database.session() as session:
        session.execute(delete(StoredComplaint).where(StoredComplaint.reference_id == "1"))
    assert _found(filled, "tanah bogor") == []
    with filled.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SearchText)) == 3


def test_existing_texts_are_indexed_by_the_migration(empty_database_url: str) -> None:
    engine = connect(make_url(empty_database_url))
    migrate(engine, "0013")
    moment = datetime(2026, 11, 2, tzinfo=UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        for name, confidential in (("a", False), ("b", True)):
            values = {"id": name, "now": moment, "day": moment.date(), "yes": True, "confidential": confidential}
            connection.execute(text(_COMPLAINT), values)
    migrate(engine)
    with Session(engine) as session:
        query = select(StoredComplaint.id).where(found_by("bogor tanah", dialect=engine.dialect.name))
        assert list(session.scalars(query)) == ["a"]
    engine.dispose()


def test_a_precedent_in_the_ledger_opens(filled: Desk) -> None:
    sent = filled.send("baru", text="laporan saya di polres belum ada kejelasan")
    found = next(entry for entry in sent["evidence"]["precedents"] if entry["reference_id"])
    precedent = found["reference_id"]
    address = f"/pengaduan/{filled.stored('baru')['id']}"
    assert "Buka pengaduan" not in filled.page(address)
    filled.send(precedent, text="sertifikat warisan hilang di kelurahan")
    assert "Buka pengaduan" not in filled.page(address)
    filled.send(precedent, text=found["excerpt"])
    assert (
        f'<a href="/pengaduan/{filled.stored(precedent)["id"]}">Buka pengaduan <bdi>{precedent}</bdi></a>'
        in filled.page(address)
    )
