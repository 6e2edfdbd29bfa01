"""The past complaints of an office on disk, and beside them the index by which those alike are found.

The index is made once, when the rows are written, and mapped into the memory of every process that answers: they share it,
and a million rows are there at once. Nothing of it is unpickled: plain arrays, lines of text, and Arrow's own file.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from data.files import digest_of
from model.errors import PilahError
from model.history.rows import HistoryTable, history_file, open_history, write_history
from model.history.similar import Index, Precedents, stems_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.history.rows import LabelledComplaint

_LOG = logging.getLogger(__name__)

_INDEX = "index"
_MANIFEST = "MANIFEST.json"
_ROWS = "rows.arrow"
_STEMS = "stems.txt"
_FORMAT = 1
# What NumPy writes before the numbers, and all that it writes where there are none.
_EMPTY_NPY = 128


def write_indexed_history(folder: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Replace the past complaints of an office by these, and their index.

    Both are made aside first; a reader in the moment between the two renames makes an index of its own.

    Raises:
        PilahError: what was there before can't be removed; then nothing has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A process that was killed here leaves rows that may have to be deleted now.
    for left in folder.glob(".unfinished-*"):
        _remove(left)
    kept = rows if isinstance(rows, HistoryTable) else HistoryTable.of(rows)
    with TemporaryDirectory(prefix=".unfinished-", dir=folder) as name:
        aside = Path(name)
        write_history(aside, kept)
        _write_index(aside / _INDEX, aside, kept)
        # First the words of rows that may be gone, then the rows.
        _remove(folder / _INDEX)
        history_file(aside).replace(history_file(folder))
        (aside / _INDEX).replace(folder / _INDEX)


def read_precedents(folder: Path) -> Precedents:
    """The past complaints of an office, to compare with.

    Raises:
        ArtifactMissing: nothing was trained here yet.
        ArtifactTampered: the file is not whole any more.
    """
    stored = _read_index(folder)
    return Precedents(*stored) if stored is not None else Precedents(open_history(folder))


def index_file(folder: Path) -> Path:
    """What changes whenever the index does."""
    return folder / _INDEX / _MANIFEST


def _remove(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise PilahError(
            f"{error.filename or path} can't be removed: {error.strerror}. It holds words of complaints; let this user delete it, "
            "and try again."
        ) from None


def _write_index(target: Path, history: Path, rows: HistoryTable) -> None:
    index = Index.of(rows)
    target.mkdir()
    rows.write(target / _ROWS)
    (target / _STEMS).write_text("\n".join(index.features.names()), encoding="utf-8")
    for name, array in _arrays_of(index).items():
        np.save(target / f"{name}.npy", array, allow_pickle=False)
    manifest = {"format": _FORMAT, "history": digest_of(history_file(history)), "files": _digests_in(target)}
    (target / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    # The rename that follows must not overtake the contents on a power cut.
    for path in target.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _read_index(folder: Path) -> tuple[HistoryTable, Index] | None:
    """None where there is no index, or not one of the rows that stand here now."""
    inside = folder / _INDEX
    if not inside.is_dir():
        return None
    try:
        manifest = json.loads((inside / _MANIFEST).read_text(encoding="utf-8"))
        expected = {"format": _FORMAT, "history": digest_of(history_file(folder)), "files": _digests_in(inside)}
        if manifest == expected:
            arrays = {path.stem: _mapped(path) for path in inside.glob("*.npy")}
            stems = (inside / _STEMS).read_text(encoding="utf-8")
            return HistoryTable.mapped(inside / _ROWS), _index_of(stems.split("\n") if stems else [], arrays)
    except (OSError, ValueError, KeyError, pa.ArrowException):
        pass  # said below: the answer is the same without it
    _LOG.warning("The index in %s is not one of the complaints beside it; one is made in memory.", inside)
    return None


def _mapped(path: Path) -> NDArray[Any]:
    """A plain array over the file: numpy.memmap is a subclass in Python, and slow. An empty one can't be mapped."""
    whole = np.load(path, allow_pickle=False, mmap_mode=None if path.stat().st_size <= _EMPTY_NPY else "r")
    return np.asarray(whole)


def _arrays_of(index: Index) -> dict[str, NDArray[Any]]:
    return {
        "idf": index.features.idf_,
        "weights": index.by_stem.data,
        "rows_of_stems": index.by_stem.indices,
        "ends_of_stems": index.by_stem.indptr,
        "stems_of_rows": index.stems_of_rows,
        "ends_of_rows": index.ends_of_rows,
        "shown": index.shown,
    }


def _index_of(stems: Sequence[str], arrays: dict[str, NDArray[Any]]) -> Index:
    by_stem = (arrays["weights"], arrays["rows_of_stems"], arrays["ends_of_stems"])
    return Index(
        stems_only().take_up(stems, arrays["idf"]),
        csr_matrix(by_stem, shape=(len(stems), len(arrays["shown"]))),
        arrays["stems_of_rows"],
        arrays["ends_of_rows"],
        arrays["shown"],
    )


def _digests_in(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.name != _MANIFEST}
