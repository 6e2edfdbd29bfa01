"""Pilah's own exports, uploaded again unchanged, change nothing; in every shape that Pilah writes."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.exports.open import open_export, open_exports, open_writer, write_laporan_ringkas
from service.jobs.upload_rows import RowBatch, RowWriter, Summary
from service.ledger.complaints import Complaints
from service.ledger.decisions import Decisions
from service.ledger.export import KINDS
from service.ledger.tables import Base, StoredComplaint, StoredDecision, StoredSuggestion
from training.batch.predict_file import predict_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from model.router import Router
    from service.jobs.intake import Intake
    from tests.service.desk import Desk

_TEXT = "laporan saya di polres belum ada kejelasan"
_PERIOD = "dari=2022-01-01&sampai=2030-12-31"
_PREDICTED = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")
_NUMBERS = count(1)


def _router(desk: Desk) -> Router:
    router: Router = desk.client.app.state.champion.current().router  # type: ignore[attr-defined]
    return router


def enter(desk: Desk, path: Path) -> Summary:
    """Enter a file's rows as an upload does, at once."""
    intake: Intake = desk.client.app.state.uploads._intake  # type: ignore[attr-defined]  # noqa: SLF001
    office = intake.settings.office
    summary = Summary()
    rows = [row for export in open_exports(path) for row in export.rows()]
    with desk.database.reading() as session:
        batch = RowBatch(rows, _router(desk), intake, Complaints(session, office))
    suggestions = batch.suggestions()
    with desk.database.session() as session:
        RowWriter(session, _router(desk), intake, summary).enter(batch, suggestions)
    return summary


def ledger(desk: Desk) -> dict[str, list[Any]]:
    """Every row of the ledger but the audit log and the list of uploads, once no suggestion is out of date."""
    while desk.client.app.state.renewals.renew_all():  # type: ignore[attr-defined]
        pass
    with desk.database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in {"audit_events", "uploads", "sign_ins", "background_claims"}
        }


def written(desk: Desk, folder: Path) -> Iterator[Path]:
    """The ledger in every shape that Pilah writes: exports, and exports with suggestions added."""
    for kind, suffix in KINDS.items():
        source = folder / f"{kind}{suffix}"
        answer = desk.client.get(f"/ekspor/berkas?bentuk={kind}&{_PERIOD}")
        assert answer.status_code == 200, answer.text
        source.write_bytes(answer.content)
        yield source
        for added in _PREDICTED:
            target = folder / f"{kind}-saran{added}"
            predict_file(_router(desk), source, target, columns={}, zone=ZoneInfo("UTC"))
            yield target


def _all_cases(desk: Desk) -> None:
    """A complaint in every state that an export shows."""
    desk.send("menunggu", title="Laporan polres", type="Aspirasi")
    desk.send("rahasia", title="Judul rahasia", confidential=True)
    desk.send("rahasia diputus", confidential=True, anonymous=True)
    desk.decide("rahasia diputus")
    desk.send("12.0")
    desk.send("0012")
    desk.send("=A1", location={"province": "Jawa Timur", "village": "Manukan"})
    desk.send("diputus")
    desk.decide("diputus", alasan="sesuai")
    desk.send("bukan unit kami")
    desk.decide("bukan unit kami", unit="-", hasil="bukan kewenangan")
    desk.send("dibatalkan")
    desk.decide("dibatalkan")
    desk.send("dikembalikan")
    desk.decide("dikembalikan")
    desk.send("dikembalikan lalu diputus")
    desk.decide("dikembalikan lalu diputus")
    others = desk.stored("dikembalikan")["suggestion"]["units"]
    with desk.database.session() as session:
        complaints, decisions = Complaints(session, "kumham"), Decisions(session, "kumham")
        for reference in ("dikembalikan", "dikembalikan lalu diputus"):
            decisions.record_return(complaints.get(reference), "bukan kami", "petugas")
        standing = session.scalars(
            select(StoredDecision).where(StoredDecision.complaint_id == complaints.get("dibatalkan").id)
        ).one()
        decisions.undo(standing.id, "petugas")
    desk.decide("dikembalikan lalu diputus", unit=others[1]["id"])
    desk.send("berubah")
    desk.send("berubah", text=f"{_TEXT} sampai hari ini")
    desk.send("panjang", text="sudah lapor tetapi belum ada kabar " * 1_200)


def _uploaded_cases(desk: Desk, folder: Path) -> None:
    rows = [
        {"Tracking ID": "luar", "Instansi Terdisposisi": "Dinas yang Belum Dikenal", "Kategori": "Kategori Lain"},
        {"Tracking ID": "salah", "Instansi Terdisposisi": "Dinas Lain", "Status Laporan": "Bukan Wewenang"},
        {"Tracking ID": "tutup", "Status Laporan": "Selesai"},
        {"Tracking ID": "jenis", "Klasifikasi Laporan": "Permintaan Informasi", "Judul Laporan": "Ditulis admin"},
        {"Tracking ID": "rahasia admin", "Tipe Laporan (Anonim/Rahasia)": "Rahasia", "Judul Laporan": "Nama terlapor"},
        {"Tanggal Laporan Masuk": "3 Nov 2026"},
    ]
    path = folder / "asal.xlsx"
    write_laporan_ringkas(path, [{"Isi Laporan Awal": f"{_TEXT} {n}"} | row for n, row in enumerate(rows)])
    summary = enter(desk, path)
    assert summary.unread == 0


@pytest.fixture
def supervisor(desk: Desk) -> Desk:
    return desk.sign_in("budi")


def test_every_shape_uploaded_unchanged_changes_nothing(supervisor: Desk, tmp_path: Path) -> None:
    desk = supervisor
    _all_cases(desk)
    _uploaded_cases(desk, tmp_path)
    before = ledger(desk)
    for path in written(desk, tmp_path):
        summary = enter(desk, path)
        assert ledger(desk) == before, path.name
        assert summary == Summary(unchanged=summary.unchanged), path.name


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=60), title=st.text(max_size=20), confidential=st.booleans())
@example(text="[rahasia]", title="", confidential=False)
@example(text="[rahasia]", title="[rahasia]", confidential=True)
@example(text="a\ufffeb \uffff", title="", confidential=False)
@example(text="'=1", title="-1", confidential=False)
@example(text="_x0041_ a\r\nb \x85 c", title="_x005F_", confidential=False)
@example(text="telepon [nomor telepon] 081200000001", title="", confidential=False)
def test_any_text_uploaded_unchanged_changes_nothing(
    supervisor: Desk, tmp_path: Path, text: str, title: str, *, confidential: bool
) -> None:
    reference = f"teks {next(_NUMBERS)}"
    body = {"reference_id": reference, "text": text, "title": title, "confidential": confidential}
    supervisor.client.post("/v1/predictions", json=body, headers=supervisor.bearer)
    with supervisor.database.reading() as session:
        if Complaints(session, "kumham").newest(reference) is None:
            return
    before = ledger(supervisor)
    for kind, suffix in KINDS.items():
        path = tmp_path / f"{kind}{suffix}"
        path.write_bytes(supervisor.client.get(f"/ekspor/berkas?bentuk={kind}&{_PERIOD}").content)
        enter(supervisor, path)
        assert ledger(supervisor) == before, kind


def edited(desk: Desk, folder: Path, reference: str, **cells: str) -> Path:
    """The ledger's CSV export with cells of one complaint changed by hand."""
    source, target = folder / "e.csv", folder / "diubah.csv"
    source.write_bytes(desk.client.get(f"/ekspor/berkas?bentuk=csv&{_PERIOD}").content)
    export = open_export(source)
    with open_writer(target, export.headers) as writer:
        for row in export.rows():
            writer.write({**row.values, **(cells if row.fields["id"] == reference else {})})
    return target


def test_a_unit_filled_in_in_pilahs_own_export_is_a_decision(supervisor: Desk, tmp_path: Path) -> None:
    for reference, confidential in (("terbuka", False), ("tertutup", True)):
        supervisor.send(reference, confidential=confidential)
        unit = supervisor.stored(reference)["suggestion"]["units"][0]
        assert enter(supervisor, edited(supervisor, tmp_path, reference, unit=unit["name"])).decided == 1
        stored = supervisor.stored(reference)
        assert [entry["unit"] for entry in stored["decisions"]] == [unit["id"]]
        assert stored["revision"] == 1


def test_an_old_export_of_pilah_does_not_bring_back_an_undone_decision(supervisor: Desk, tmp_path: Path) -> None:
    supervisor.send("1")
    supervisor.decide("1")
    old = edited(supervisor, tmp_path, "1")
    first, second = supervisor.stored("1")["suggestion"]["units"][:2]
    with supervisor.database.session() as session:
        decisions = Decisions(session, "kumham")
        decisions.record_return(Complaints(session, "kumham").get("1"), "bukan kami", "petugas")
    supervisor.decide("1", unit=second["id"])
    before = ledger(supervisor)
    assert first["id"] != second["id"]
    assert enter(supervisor, old) == Summary(unchanged=1)
    assert ledger(supervisor) == before


def test_one_reference_with_two_texts_keeps_both_and_their_own_suggestions(supervisor: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dua.xlsx"
    texts = ("paspor saya tertahan di kantor imigrasi", "lapas terlalu penuh dan petugasnya kasar")
    write_laporan_ringkas(path, [{"Tracking ID": "7", "Isi Laporan Awal": text} for text in texts])
    enter(supervisor, path)
    with supervisor.database.reading() as session:
        entries = session.scalars(select(StoredComplaint).order_by(StoredComplaint.id)).all()
        assert [entry.text for entry in entries] == list(texts)
        assert [(entry.reference_id[:3], entry.revision, entry.waiting) for entry in entries] == [
            ("7", 1, True),
            ("7 (", 1, True),
        ]
        suggested = [session.get_one(StoredSuggestion, entry.suggestion_id).answer["units"] for entry in entries]
    for text, units in zip(texts, suggested, strict=True):
        alone = supervisor.client.post("/v1/predictions", json={"text": text}, headers=supervisor.bearer).json()
        assert units[0]["id"] == alone["units"][0]["id"]
