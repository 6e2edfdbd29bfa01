"""Merge the ledger's decisions into the rows of exports; of the same complaint the newer decision wins."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.complaint import is_date
from model.errors import ArtifactError
from model.history.reused_numbers import is_same_complaint, number_alone
from model.history.rows import history_file, read_history, read_rows
from training.dataset.read import LeftOut, Reading
from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    of_complaint = _DecisionsByNumber(decisions)
    superseded, kept, left_out = set[int](), [], []
    for row in reading.rows:
        number, decision = of_complaint.find(row)
        if decision is None:
            kept.append(row)
        elif _is_newer(row, decision):
            superseded.add(number)
            wrong = tuple(unit for unit in decision.known_wrong if unit != row.unit)
            kept.append(replace(row, wrong_units=tuple(dict.fromkeys((*row.wrong_units, *wrong)))))
            left_out.append(_left_out(decision, _OLDER_DECISION))
        else:
            left_out.append(_left_out(row, _OLDER_ROW))
    taken = [row for number, row in enumerate(decisions) if number not in superseded]
    return Reading(
        rows=sorted((*kept, *taken), key=lambda row: row.received_at),
        left_out=[*reading.left_out, *left_out],
        files=reading.files,
        in_order_of_file=reading.in_order_of_file,
        corrected=reading.corrected,
        from_ledger=_counted(taken),
        zone=reading.zone,
        unclear_statuses=reading.unclear_statuses,
        told_apart=reading.told_apart,
        date_notices=reading.date_notices,
    )


class _DecisionsByNumber:
    """Finds the ledger's decision on a complaint: under the same number, with or without a second key."""

    def __init__(self, decisions: Sequence[LabelledComplaint]) -> None:
        self._by_number: dict[str, list[tuple[int, LabelledComplaint]]] = defaultdict(list)
        for position, row in enumerate(decisions):
            if row.complaint.reference_id:
                self._by_number[number_alone(row.complaint.reference_id)].append((position, row))

    def find(self, row: LabelledComplaint) -> tuple[int, LabelledComplaint | None]:
        """The position and the decision on this complaint; None where the number is another complaint's, or unknown."""
        numbered = self._by_number.get(number_alone(row.complaint.reference_id), ())
        for position, decision in numbered:
            if is_same_complaint(decision.complaint, row.complaint):
                return position, decision
        return -1, None


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
