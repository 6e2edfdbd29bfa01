"""Write the ledger to a file that a spreadsheet opens and `pilah train` reads."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from data.exports.open import open_writer, shortened, write_laporan_ringkas
from model.complaint import HIDDEN_TEXT
from service.ledger.lists.queue import was_made
from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from service.ledger.names import Names
    from service.settings import Settings

KINDS = {"csv": ".csv", "xlsx": ".xlsx", "ringkas": ".xlsx"}
_PLACES = ("province", "regency", "district", "village")
_SUGGESTED = ("suggested_unit", "suggested_category", "confidence", "suggestion_status", "model")
_HEADERS = (
    "reference_id",
    "revision",
    "received_at",
    "channel",
    "title",
    "intake_title",
    "text",
    *_PLACES,
    "type",
    "confidential",
    "anonymous",
    "unit",
    "category",
    "outcome",
    "copies",
    "status",
    "reason",
    "officer",
    "seconds",
    "verdict",
    "decided_at",
    "returned_at",
    *_SUGGESTED,
)
# Tell an upload of the file which revision and which decision a row shows.
_RINGKAS_EXTRA = ("revision", "decided_at", *_SUGGESTED)
_ROWS_AT_ONCE = 500


def write_export(
    path: Path, kind: str, session: Session, settings: Settings, names: Names, period: tuple[datetime, datetime]
) -> None:
    """Write the complaints received from `period[0]` until before `period[1]`, both UTC.

    Confidential complaints are written without title and text. Cells that look like formulas are made harmless. A text
    that is too long for a workbook's cell is cut, and says so at its end.
    """
    rows: Iterable[dict[str, object]] = _rows(session, settings, names, period)
    if path.suffix == ".xlsx":
        rows = map(_shortened, rows)
    if kind == "ringkas":
        write_laporan_ringkas(
            path,
            map(_as_ringkas, rows),
            extra_headers=_RINGKAS_EXTRA,
            preamble={"Nama Instansi": settings.office},
        )
        return
    with open_writer(path, _HEADERS, numeric={"confidence", "seconds", "revision"}) as writer:
        for row in rows:
            writer.write(row)


def _shortened(row: dict[str, object]) -> dict[str, object]:
    return {name: shortened(value) if isinstance(value, str) else value for name, value in row.items()}


def _rows(
    session: Session, settings: Settings, names: Names, period: tuple[datetime, datetime]
) -> Iterator[dict[str, object]]:
    query = (
        select(StoredComplaint, StoredSuggestion, StoredDecision)
        .outerjoin(StoredSuggestion, StoredSuggestion.id == StoredComplaint.suggestion_id)
        .outerjoin(
            StoredDecision,
            and_(StoredDecision.complaint_id == StoredComplaint.id, was_made()),
        )
        .where(
            StoredComplaint.office == settings.office,
            StoredComplaint.received_at >= period[0],
            StoredComplaint.received_at < period[1],
        )
        .order_by(StoredComplaint.received_at, StoredComplaint.id, StoredDecision.decided_at)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for complaint, suggestion, decision in session.execute(query):
        yield {
            **_of_complaint(complaint, settings),
            **(_of_decision(decision, settings, names) if decision else {}),
            **(_of_suggestion(suggestion, names) if suggestion else {}),
        }


def _of_complaint(complaint: StoredComplaint, settings: Settings) -> dict[str, object]:
    fields = complaint.fields
    return {
        "reference_id": complaint.reference_id,
        "revision": complaint.revision,
        "received_at": _local(complaint.received_at, settings),
        "channel": fields.get("channel", ""),
        "title": _shown(complaint, complaint.title),
        "intake_title": _shown(complaint, fields.get("intake_title", "")),
        "text": HIDDEN_TEXT if complaint.confidential else complaint.text,
        **{name: fields.get("location", {}).get(name, "") for name in _PLACES},
        "type": fields.get("type", ""),
        "confidential": "true" if complaint.confidential else "false",
        "anonymous": "true" if fields.get("anonymous") else "false",
        "status": complaint.intake_status,
    }


def _shown(complaint: StoredComplaint, title: str) -> str:
    return HIDDEN_TEXT if complaint.confidential and title else title


def _of_decision(decision: StoredDecision, settings: Settings, names: Names) -> dict[str, object]:
    given: dict[str, object] = {
        "unit": names.unit(decision.unit_id) if decision.unit_id else "",
        "category": names.category(decision.category_id),
        "outcome": decision.outcome,
        "copies": "; ".join(map(names.unit, decision.copies)),
        "reason": decision.reason,
        "officer": decision.officer,
        "seconds": decision.seconds,
        "verdict": decision.verdict,
        "decided_at": _local(decision.decided_at, settings),
        "returned_at": _local(decision.returned_at, settings) if decision.returned_at else "",
    }
    # A training reads from the status that the unit was wrong.
    returned = {"status": "Bukan Wewenang"} if decision.returned_at else {}
    return given | returned | ({"type": decision.type} if decision.type else {})


def _of_suggestion(suggestion: StoredSuggestion, names: Names) -> dict[str, object]:
    return {
        "suggested_unit": names.unit(suggestion.unit_id) if suggestion.unit_id else "",
        "suggested_category": names.category(suggestion.category_id),
        "confidence": round(suggestion.confidence, 4),
        "suggestion_status": suggestion.unit_status,
        "model": suggestion.model,
    }


def _as_ringkas(row: dict[str, object]) -> dict[str, object]:
    received = str(row["received_at"])
    return {
        "Tracking ID": row["reference_id"],
        "Tanggal Laporan Masuk": received[:10],
        "Waktu Laporan Masuk": received[11:16],
        "Klasifikasi Laporan": row.get("type", ""),
        "Kategori": row.get("category", ""),
        "Judul Laporan": row["title"] or row["intake_title"],
        "Isi Laporan Awal": row["text"],
        "Tipe Laporan (Anonim/Rahasia)": _report_type(row),
        "Sumber Laporan": row["channel"],
        "Instansi Terdisposisi": row.get("unit", ""),
        "Status Laporan": row["status"],
        "Alasan Tunda/Arsip": row.get("reason", ""),
        "Provinsi": row["province"],
        "Kota/Kabupaten": row["regency"],
        **{name: row.get(name, "") for name in _RINGKAS_EXTRA},
    }


def _report_type(row: dict[str, object]) -> str:
    """The report type as LAPOR! writes it: Anonim, Rahasia, or Anonim|Rahasia."""
    kinds = {"anonymous": "Anonim", "confidential": "Rahasia"}
    return "|".join(name for key, name in kinds.items() if row[key] == "true")


def _local(moment: datetime, settings: Settings) -> str:
    return moment.replace(tzinfo=UTC).astimezone(settings.zone).isoformat(timespec="seconds")
