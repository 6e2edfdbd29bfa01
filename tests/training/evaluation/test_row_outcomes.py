"""The outcomes of the held-out rows that a version keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.history.rows import read_history
from training.evaluation.row_outcomes import FILE

if TYPE_CHECKING:
    from model.versions.office_home import Office


def test_the_outcomes_hold_no_text_and_no_reference(office: Office) -> None:
    rows = read_history(office.history_folder)
    for version in office.versions():
        written = (office.versions_folder / version / FILE).read_bytes()
        assert not [row for row in rows if row.complaint.reference_id.encode() in written]
        assert b"padam" not in written
