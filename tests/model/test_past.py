"""The past complaints of an office on disk, and their index."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.complaint import Complaint
from model.history import KeptHistory, LabelledComplaint, history_file, write_history
from model.past import read_past, write_past
from model.precedents import Precedents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WORDS = [
    "lampu",
    "jalan",
    "padam",
    "pasar",
    "sampah",
    "menumpuk",
    "diangkut",
    "puskesmas",
    "antrean",
    "ktp",
    "rusak",
    "berlubang",
    "yang",
    "di",
    "tidak",
]


def _row(number: int, text: str, *, confidential: bool = False) -> LabelledComplaint:
    came = datetime(2024, 1, 1 + number % 28)  # noqa: DTZ001 - histories keep local times
    return LabelledComplaint(Complaint(text, str(number), came, confidential=confidential), "Dinas A", "Lampu")


ROWS = [_row(number, " ".join(_WORDS[number % 7 : number % 7 + 6])) for number in range(40)]
ASKED = Complaint("lampu jalan padam di pasar")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join), st.booleans()), min_size=1, max_size=30
    ),
    st.lists(st.sampled_from(_WORDS), max_size=8).map(" ".join),
)
def test_the_stored_index_finds_what_one_made_now_finds(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, bool]], asked: str
) -> None:
    rows = [_row(number, text, confidential=hidden) for number, (text, hidden) in enumerate(told)]
    folder = tmp_path_factory.mktemp("past")
    write_past(folder, rows)
    assert read_past(folder).compare(Complaint(asked)) == Precedents(rows).compare(Complaint(asked))


def test_no_rows_leave_nothing_to_compare_with(tmp_path: Path) -> None:
    write_past(tmp_path, [])
    assert len(read_past(tmp_path)) == 0
    assert read_past(tmp_path).compare(ASKED)[0] == ()


def test_the_rows_are_mapped_and_not_read(tmp_path: Path) -> None:
    write_past(tmp_path, ROWS)
    index = read_past(tmp_path)._index  # noqa: SLF001 - where the arrays lie is what is asked
    for array in (index.by_stem.data, index.by_stem.indices, index.stems_of_rows, index.shown):
        assert not array.flags.owndata
        assert not array.flags.writeable


def _remove(folder: Path) -> None:
    (folder / "index" / "weights.npy").unlink()


def _cut(folder: Path) -> None:
    path = folder / "index" / "rows.arrow"
    path.write_bytes(path.read_bytes()[:-9])


def _spoil_the_manifest(folder: Path) -> None:
    (folder / "index" / "MANIFEST.json").write_text("{", encoding="utf-8")


def _of_other_rows(folder: Path) -> None:
    write_history(folder, ROWS[:20])


@pytest.mark.parametrize("spoil", [_remove, _cut, _spoil_the_manifest, _of_other_rows])
def test_an_index_that_is_not_that_of_the_rows_is_made_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    write_past(tmp_path, ROWS)
    spoil(tmp_path)
    rows = KeptHistory.of(ROWS[:20] if spoil is _of_other_rows else ROWS)
    assert len(read_past(tmp_path)) == len(rows)
    assert read_past(tmp_path).compare(ASKED) == Precedents(rows).compare(ASKED)


def test_rows_that_are_deleted_leave_the_index_too(tmp_path: Path) -> None:
    write_past(tmp_path, [*ROWS, _row(40, "kata rahasia zulkarnain")])
    write_past(tmp_path, ROWS)
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"zulkarnain" not in left
    assert history_file(tmp_path).is_file()


def test_a_part_of_a_history_is_a_history() -> None:
    kept = KeptHistory.of(ROWS)
    assert list(kept[3:9]) == ROWS[3:9]
    assert list(kept[::7]) == ROWS[::7]
    assert list(kept[5:5]) == []
