"""Find the units that returned a complaint or a near-duplicate of the complaint, as the ledger knows at this moment."""

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
    from collections.abc import Iterable, Sequence

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

    def with_returns(self, complaints: Sequence[Complaint]) -> list[Complaint]:
        """The complaints, each with the units that returned the complaint, an earlier revision or a near-duplicate."""
        if self._session.scalars(select(StoredDecision.id).where(*self._returned()).limit(1)).first() is None:
            return list(complaints)
        found: list[Complaint] = []
        rest = iter(complaints)
        while chunk := list(islice(rest, _AT_ONCE)):
            found.extend(self._with_returns(chunk))
        return found

    def _with_returns(self, complaints: Sequence[Complaint]) -> Iterable[Complaint]:
        # The ledger's texts and keys are of masked texts.
        texts = [without_personal_data(complaint).complaint.text for complaint in complaints]
        keys = [duplicate_keys(text) for text in texts]
        by_key = self._by_key({key for keys_of_text in keys for key in keys_of_text})
        by_reference = self._by_reference({complaint.reference_id for complaint in complaints} - {""})
        for complaint, text, own_keys in zip(complaints, texts, keys, strict=True):
            candidates = dict.fromkeys(returned for key in own_keys for returned in by_key.get(key, ()))
            near = (returned for returned in candidates if resemblance(text, returned.text) >= NEAR_DUPLICATE_FROM)
            earlier = (
                returned
                for returned in by_reference.get(complaint.reference_id, ())
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

    def _by_reference(self, references: set[str]) -> dict[str, list[_Returned]]:
        query = (
            select(StoredDecision.unit_id, StoredComplaint.reference_id, StoredComplaint.text)
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            .where(*self._returned(), StoredComplaint.reference_id.in_(sorted(references)))
            .order_by(StoredDecision.returned_at)
        )
        found: dict[str, list[_Returned]] = {}
        for returned in self._session.execute(query) if references else ():
            found.setdefault(returned.reference_id, []).append(_Returned(*returned))
        return found

    def _returned(self) -> tuple[ColumnElement[bool], ...]:
        return (
            StoredDecision.office == self._office,
            StoredDecision.returned_at.is_not(None),
            StoredDecision.unit_id != "",
        )
