"""The past complaints of an office on disk, and their index."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.complaint import Complaint
from model.errors import PilahError
from model.history.index_files import read_precedents, write_indexed_history
from model.history.rows import HistoryTable, LabelledComplaint, history_file, write_history
from model.history.similar import Index, Precedents

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


@settings(max_examples=25)
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
    write_indexed_history(folder, rows)
    assert read_precedents(folder).compare(Complaint(asked)) == Precedents(rows).compare(Complaint(asked))


@pytest.mark.parametrize("rows", [[], [_row(1, "?!")], [_row(1, "di yang")]], ids=["none", "no words", "no stems"])
def test_rows_without_stems_leave_nothing_to_compare_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rows: list[LabelledComplaint]
) -> None:
    write_indexed_history(tmp_path, rows)
    past = read_precedents(tmp_path)
    assert len(past) == len(rows)
    assert past.compare(ASKED)[0] == ()
    assert not caplog.records


def test_the_rows_are_mapped_and_not_read(tmp_path: Path) -> None:
    write_indexed_history(tmp_path, ROWS)
    index = read_precedents(tmp_path)._index  # noqa: SLF001 - where the arrays lie is what is asked
    for array in (index.by_stem.data, index.by_stem.indices, index.stems_of_rows, index.shown):
        assert not array.flags.owndata
        assert not array.flags.writeable


def _remove(folder: Path) -> None:
    (folder / "index" / "weights.npy").unlink()


def _cut(folder: Path) -> None:
    path = folder / "index" / "rows.arrow"
    path.write_bytes(path.read_bytes()[:-9])


def _change_a_byte(folder: Path) -> None:
    path = folder / "index" / "rows_of_stems.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")


def _spoil_the_manifest(folder: Path) -> None:
    (folder / "index" / "MANIFEST.json").write_text("{", encoding="utf-8")


def _of_other_rows(folder: Path) -> None:
    write_history(folder, ROWS[:20])


@pytest.mark.parametrize("spoil", [_remove, _cut, _change_a_byte, _spoil_the_manifest, _of_other_rows])
def test_an_index_that_is_not_that_of_the_rows_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    write_indexed_history(tmp_path, ROWS)
    spoil(tmp_path)
    rows = HistoryTable.of(ROWS[:20] if spoil is _of_other_rows else ROWS)
    assert len(read_precedents(tmp_path)) == len(rows)
    assert read_precedents(tmp_path).compare(ASKED) == Precedents(rows).compare(ASKED)
    assert "one is made in memory" in caplog.text


def _bytes_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_rows_that_are_deleted_leave_the_index_too(tmp_path: Path) -> None:
    write_indexed_history(tmp_path, [*ROWS, _row(40, "kata rahasia zulkarnain")])
    # What a process leaves that is killed while it writes.
    shutil.copytree(tmp_path / "index", tmp_path / ".unfinished-x" / "index")
    write_indexed_history(tmp_path, ROWS)
    assert b"zulkarnain" not in _bytes_under(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["complaints.parquet", "index"]


def test_where_the_old_index_stays_the_old_rows_stay_and_a_sentence_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_indexed_history(tmp_path, ROWS)
    before = history_file(tmp_path).read_bytes()

    remove = shutil.rmtree

    def refuse(path: Path, *given: Any, **named: Any) -> None:
        if path == tmp_path / "index":
            raise PermissionError(13, "Permission denied", str(path))
        remove(path, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(PilahError, match="can't be removed: Permission denied"):
            write_indexed_history(tmp_path, ROWS[:20])
    assert history_file(tmp_path).read_bytes() == before


def test_a_confidential_row_is_not_shown_whatever_the_index_says() -> None:
    rows = [_row(1, "lampu jalan padam di pasar", confidential=True)]
    index = Index.of(rows)
    index.shown[:] = True
    assert Precedents(rows, index).compare(ASKED)[0] == ()
