"""How well letters are read: their parts, and the units for a letter beside those for its bare matter.

Usage: python -m tests.benchmarks.letters [building] [building_2] [held_out_2] [held_out_3]

The letters in tests/model/language/letters are invented. Those of `building` and `building_2` were read while the rules were
written; those of `held_out_2` and `held_out_3` were written blind by somebody else, measured once, and looked at then. The model is the one of the sample office kumham.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from model.complaint import Complaint
from model.language.letters.reading import letter_of
from model.suggestion import Status
from model.versions.office_home import Office
from tests.model.language.letters.letter_files import FOLDER, MarkedLetter, letters_in, part_shares
from training.sample_office import train_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model.router import Router
    from model.suggestion import Suggestion, UnitCandidate

# Every unit of the letters is in force, or has a successor.
_TODAY = date(2026, 3, 1)
_COUNTED = "demands counted"


def _suggestions(router: Router, texts: Sequence[str]) -> list[Suggestion]:
    return router.suggest_many([Complaint(text) for text in texts], evidence=False, today=_TODAY)


def _unit_shares(router: Router, letters: Sequence[MarkedLetter], texts: Sequence[str]) -> list[float]:
    """Top-1, top-3, confident, and right among confident."""
    suggestions = _suggestions(router, texts)
    places = [_place(router, one.unit, found.units) for one, found in zip(letters, suggestions, strict=True)]
    confident = [suggestion.unit_status is Status.CONFIDENT for suggestion in suggestions]
    sure = sum(place == 0 for place, is_confident in zip(places, confident, strict=True) if is_confident)
    return [sum(place == 0 for place in places), sum(place < 3 for place in places), sum(confident), sure]


def _place(router: Router, unit: str, candidates: Sequence[UnitCandidate]) -> int:
    """The rank of a unit, or of a successor, among candidates; 9 for a unit that isn't there."""
    wanted = router.units.in_charge_of(unit, _TODAY)
    return next((i for i, candidate in enumerate(candidates) if candidate.id in wanted), 9)


def _demand_places(router: Router, letters: Sequence[MarkedLetter]) -> Iterator[tuple[bool, int]]:
    """For each marked demand that was found: whether it concerns another unit than the letter, and that unit's rank."""
    for letter, suggestion in zip(letters, _suggestions(router, [one.text for one in letters]), strict=True):
        for demand in (part for part in letter.parts if part.part == "demand"):
            found = [matter for matter in suggestion.matters if matter.start < demand.end and demand.start < matter.end]
            for matter in found[:1]:
                yield bool(demand.unit), _place(router, demand.unit or letter.unit, matter.units)


def _parts_table(name: str, letters: Sequence[MarkedLetter]) -> Table:
    table = Table("part", "right", "of", "share", title=f"{name}: {len(letters)} letters")
    shares = part_shares(letters)
    demands = shares.pop(_COUNTED)
    right, total = (sum(share[i] for share in shares.values()) for i in (0, 1))
    for part, (n_right, n) in {**shares, "all parts": (right, total), _COUNTED: demands}.items():
        table.add_row(part, str(n_right), str(n), f"{n_right / n:.3f}")
    return table


def _units_table(name: str, router: Router, letters: Sequence[MarkedLetter]) -> Table:
    table = Table("text", "top-1", "top-3", "confident", "right when confident", title=f"{name}: units")
    matters = [found.matter(one.text) if (found := letter_of(one.text)) else one.text for one in letters]
    for text, texts in (
        ("letter", [one.text for one in letters]),
        ("its matter as read, without the sender's place", matters),
        ("its bare matter as marked", [one.bare for one in letters]),
    ):
        top_1, top_3, confident, sure = _unit_shares(router, letters, texts)
        n = len(letters)
        table.add_row(text, f"{top_1 / n:.3f}", f"{top_3 / n:.3f}", str(confident), str(sure))
    for text, of_other in (("demands for the letter's unit", False), ("demands for another unit", True)):
        places = [place for other, place in _demand_places(router, letters) if other is of_other]
        first, three = (sum(place < most for place in places) for most in (1, 3))
        table.add_row(text, f"{first} of {len(places)}", f"{three} of {len(places)}", "", "")
    return table


def main(names: Sequence[str]) -> None:
    """Print the shares of parts and units for each folder of letters."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), "kumham")
        train_sample(office)
        router, _ = office.load_champion()
    for name in names:
        letters = letters_in(FOLDER / name)
        for table in (_parts_table(name, letters), _units_table(name, router, letters)):
            Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:] or ("building", "building_2"))
