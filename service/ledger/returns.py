"""Find units that returned a complaint or a near-duplicate, from the ledger."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from model.complaint import Complaint, without_personal_data
from model.history.reused_numbers import is_same_complaint
from model.language.near_duplicates import NEAR_DUPLICATE_FROM, duplicate_keys, resemblance
from service.ledger.tables import DuplicateKey, StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

# Complaints in one query: a database takes some ten thousand values at most.
_AT_ONCE = 200


class _Returned(NamedTuple):
    unit_id: str
    reference_id: str
    text: str


class Returns:
    """The returns of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def with_returns(self, complaints: Sequence[Complaint], systems: Sequence[str]) -> list[Complaint]:
        """Add to each complaint all units that returned it, an earlier revision or a near-duplicate.

        `systems` names each complaint's sender, blank for desk and uploads.
        """
        if self._session.scalars(select(StoredDecision.id).where(*self._returned()).limit(1)).first() is None:
            return list(complaints)
        found: list[Complaint] = []
        rest = iter(zip(complaints, systems, strict=True))
        while chunk := list(islice(rest, _AT_ONCE)):
            found.extend(self._with_returns([complaint for complaint, _ in chunk], [system for _, system in chunk]))
        return found

    def _with_returns(self, complaints: Sequence[Complaint], systems: Sequence[str]) -> Iterable[Complaint]:
        # The ledger's texts and keys are of masked texts.
        texts = [without_personal_data(complaint).complaint.text for complaint in complaints]
        keys = [duplicate_keys(text) for text in texts]
        by_key = self._by_key({key for keys_of_text in keys for key in keys_of_text})
        by_reference = self._by_reference({complaint.reference_id for complaint in complaints} - {""})
        for complaint, system, text, own_keys in zip(complaints, systems, texts, keys, strict=True):
            candidates = dict.fromkeys(returned for key in own_keys for returned in by_key.get(key, ()))
            near = (returned for returned in candidates if resemblance(text, returned.text) >= NEAR_DUPLICATE_FROM)
            of_reference = by_reference.get(complaint.reference_id, {})
            owner = _system_of(of_reference, system)
            earlier = (
                returned
                for returned in (of_reference[owner] if owner is not None else ())
                if is_same_complaint(Complaint(text), Complaint(returned.text))
            )
            returned = (*earlier, *near)
            units = tuple(dict.fromkeys(each.unit_id for each in returned))
            yield replace(complaint, returned_by=units) if units else complaint

    def _by_key(self, keys: set[str]) -> dict[str, list[_Returned]]:
        query = (
            select(DuplicateKey.key, StoredDecision.unit_id, StoredComplaint.reference_id, StoredComplaint.text)
            .join(StoredComplaint, StoredComplaint.id == DuplicateKey.complaint_id)
            .join(StoredDecision, StoredDecision.complaint_id == DuplicateKey.complaint_id)
            .where(*self._returned(), DuplicateKey.office == self._office, DuplicateKey.key.in_(sorted(keys)))
            .order_by(StoredDecision.returned_at)
        )
        found: dict[str, list[_Returned]] = {}
        for key, *returned in self._session.execute(query) if keys else ():
            found.setdefault(key, []).append(_Returned(*returned))
        return found

    def _by_reference(self, references: set[str]) -> dict[str, dict[str, list[_Returned]]]:
        """Reference → system → returns, often an empty list."""
        stored = (
            select(StoredComplaint.reference_id, StoredComplaint.system)
            .where(StoredComplaint.office == self._office, StoredComplaint.reference_id.in_(sorted(references)))
            .distinct()
        )
        returned = (
            select(StoredDecision.unit_id, StoredComplaint.reference_id, StoredComplaint.text, StoredComplaint.system)
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            .where(*self._returned(), StoredComplaint.reference_id.in_(sorted(references)))
            .order_by(StoredDecision.returned_at)
        )
        found: dict[str, dict[str, list[_Returned]]] = {}
        if references:
            for reference, system in self._session.execute(stored):
                found.setdefault(reference, {})[system] = []
            for unit, reference, text, system in self._session.execute(returned):
                found[reference][system].append(_Returned(unit, reference, text))
        return found

    def _returned(self) -> tuple[ColumnElement[bool], ...]:
        return (
            StoredDecision.office == self._office,
            StoredDecision.returned_at.is_not(None),
            StoredDecision.unit_id != "",
        )


def _system_of(systems: Collection[str], system: str) -> str | None:
    """The owner of a reference, chosen as in `Complaints.newest`."""
    if system in systems or "" in systems:
        return system if system in systems else ""
    return next(iter(systems)) if not system and len(systems) == 1 else None
