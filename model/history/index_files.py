"""Store an office's past complaints with the index for finding similar ones.

The index is built once, when the rows are written. Every serving process memory-maps the same files, so a million rows
load at once and share memory. The files are plain arrays, lines of text and an Arrow file: nothing is unpickled.
"""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from data.files import UNFINISHED, digest_of, flush_files
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
_FORMAT = 2
# The size of the file of an empty array: NumPy's header.
_EMPTY_NPY = 128


def write_indexed_history(folder: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Replace an office's past complaints and their index.

    A reader between the two renames finds no index and builds one in memory.

    Raises:
        PilahError: the old index can't be removed; nothing has changed then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Files of a killed process may contain rows that the office wants deleted.
    for leftover in folder.glob(f"{UNFINISHED}*"):
        _remove(leftover)
    table = rows if isinstance(rows, HistoryTable) else HistoryTable.of(rows)
    with TemporaryDirectory(prefix=UNFINISHED, dir=folder) as name:
        unfinished = Path(name)
        write_history(unfinished, table)
        _write_index(unfinished / _INDEX, unfinished, table)
        # The old index goes first: the words in its files may belong to deleted rows.
        _remove(folder / _INDEX)
        history_file(unfinished).replace(history_file(folder))
        (unfinished / _INDEX).replace(folder / _INDEX)


def read_precedents(folder: Path) -> Precedents:
    """The past complaints of an office as precedents.

    Raises:
        ArtifactMissing: the folder holds no history.
        ArtifactTampered: the history file is incomplete.
    """
    stored = _read_index(folder)
    return Precedents(*stored) if stored is not None else Precedents(open_history(folder))


def index_file(folder: Path) -> Path:
    """The file that changes whenever the index changes."""
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
        raise PilahError("model.history-not-removable", path=error.filename or path, reason=error.strerror) from None


def _write_index(target: Path, history: Path, table: HistoryTable) -> None:
    index = Index.of(table)
    target.mkdir()
    table.write(target / _ROWS)
    (target / _STEMS).write_text("\n".join(index.features.names()), encoding="utf-8")
    for name, array in _arrays_of(index).items():
        np.save(target / f"{name}.npy", array, allow_pickle=False)
    manifest = {"format": _FORMAT, "history": digest_of(history_file(history)), "files": _digests_in(target)}
    (target / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    flush_files(target)


def _read_index(folder: Path) -> tuple[HistoryTable, Index] | None:
    """The stored rows and index; None for a missing index or an index of other rows."""
    index_folder = folder / _INDEX
    if not index_folder.is_dir():
        return None
    try:
        manifest = json.loads((index_folder / _MANIFEST).read_text(encoding="utf-8"))
        expected = {"format": _FORMAT, "history": digest_of(history_file(folder)), "files": _digests_in(index_folder)}
        if manifest == expected:
            arrays = {path.stem: _mapped(path) for path in index_folder.glob("*.npy")}
            stems = (index_folder / _STEMS).read_text(encoding="utf-8")
            return HistoryTable.mapped(index_folder / _ROWS), _index_of(stems.split("\n") if stems else [], arrays)
    except (OSError, ValueError, KeyError, pa.ArrowException):
        pass  # logged below: an index built in memory gives the same answers
    _LOG.warning("The index in %s doesn't belong to the complaints beside it; one is made in memory.", index_folder)
    return None


def _mapped(path: Path) -> NDArray[Any]:
    """A memory-mapped array without the slow `numpy.memmap` class; an empty file can't be mapped and is read."""
    array = np.load(path, allow_pickle=False, mmap_mode=None if path.stat().st_size <= _EMPTY_NPY else "r")
    return np.asarray(array)


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
