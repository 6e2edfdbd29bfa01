"""Merge the ledger's decisions into the rows of exports; of the same complaint the newer decision wins."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.complaint import is_date
from model.errors import ArtifactError
from model.history.rows import history_file, read_history, read_rows
from training.dataset.read import LeftOut, Reading
from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from model.history.rows import LabelledComplaint
    from model.versions.office_home import Office

LEDGER = "ledger"
_OLDER_ROW = Sentence("training.older-row")
_OLDER_DECISION = Sentence("training.older-decision")


def past_rows(office: Office, zone: tzinfo = UTC) -> Reading:
    """The rows of earlier exports in the office's history, without rows deleted by retention.

    Rows of the ledger are left out: the ledger itself knows about later changes.

    Raises:
        HistoryUnusable: the stored history is damaged.
    """
    if not history_file(office.history_folder).is_file():
        return Reading(zone=zone)
    try:
        rows = read_history(office.history_folder)
    except ArtifactError as error:
        raise HistoryUnusable("training.past-rows-broken", problem=error, office=office.name) from None
    kept = [row for row in rows if not row.verdict]
    return Reading(kept, in_order_of_file=bool(kept) and not any(is_date(row.received_at) for row in kept), zone=zone)


def with_ledger(reading: Reading, path: Path) -> Reading:
    """The reading with the decisions of a file that the service wrote.

    An export holds decisions up to the newest row, the `decided_at` of all rows. A unit that returned the complaint stays
    known as wrong, whichever decision wins.

    Raises:
        HistoryUnusable: neither the ledger nor the reading has a row.
    """
    decisions = read_rows(path)
    if not decisions and not reading.rows:
        raise HistoryUnusable("training.ledger-empty")
    by_id = {row.complaint.reference_id: row for row in decisions if row.complaint.reference_id}
    kept, left_out = [], []
    for row in reading.rows:
        decision = by_id.get(row.complaint.reference_id)
        if decision is None:
            kept.append(row)
        elif _is_newer(row, decision):
            del by_id[row.complaint.reference_id]
            wrong = tuple(unit for unit in decision.known_wrong if unit != row.unit)
            kept.append(replace(row, wrong_units=tuple(dict.fromkeys((*row.wrong_units, *wrong)))))
            left_out.append(_left_out(decision, _OLDER_DECISION))
        else:
            left_out.append(_left_out(row, _OLDER_ROW))
    taken = [*by_id.values(), *(row for row in decisions if not row.complaint.reference_id)]
    return Reading(
        rows=sorted((*kept, *taken), key=lambda row: row.received_at),
        left_out=[*reading.left_out, *left_out],
        files=reading.files,
        in_order_of_file=reading.in_order_of_file,
        corrected=reading.corrected,
        from_ledger=_counted(taken),
        zone=reading.zone,
        unclear_statuses=reading.unclear_statuses,
    )


def _is_newer(row: LabelledComplaint, decision: LabelledComplaint) -> bool:
    """Whether an export row differs from the ledger's decision and is newer; equal rows leave the ledger's."""
    if (row.unit, row.returned) == (decision.unit, decision.returned):
        return False
    return (row.decided_at or row.received_at) > (decision.decided_at or datetime.min)  # noqa: DTZ901 - naive as they are


def _left_out(row: LabelledComplaint, reason: Sentence) -> LeftOut:
    secret = row.complaint.confidential
    file, number = (row.source.file, row.source.row) if row.source else (LEDGER if row.verdict else "history", 0)
    return LeftOut(
        file, number, reason, "" if secret else row.complaint.reference_id, "" if secret else row.complaint.text
    )


def _counted(rows: list[LabelledComplaint]) -> dict[str, int]:
    """The ledger's rows by verdict, and the rows with a unit known to be wrong."""
    counts = Counter(row.verdict for row in rows)
    return {**dict(sorted(counts.items())), "with a wrong unit": sum(bool(row.known_wrong) for row in rows)}
