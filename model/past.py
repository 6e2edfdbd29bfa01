"""The past complaints of an office on disk, and beside them the index by which those alike are found.

The index is made once, when the rows are written, and mapped into the memory of every process that answers: they share it,
and a million rows are there at once. Nothing of it is unpickled: plain arrays, lines of text, and Arrow's own file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from model.artifact import written_aside
from model.history import KeptHistory, history_file, keep_history, write_history
from model.precedents import Index, Precedents, stems_only

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.history import LabelledComplaint

_FOLDER = "index"
_MANIFEST = "MANIFEST.json"
_ROWS = "rows.arrow"
_STEMS = "stems.txt"
_FORMAT = 1


def write_past(folder: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Replace the past complaints of an office by these, and their index; a reader in between makes its own."""
    shutil.rmtree(folder / _FOLDER, ignore_errors=True)
    write_history(folder, rows)
    kept = keep_history(folder)
    _write_index(folder, kept, Index.of(kept))


def read_past(folder: Path) -> Precedents:
    """The past complaints of an office, to compare with.

    Raises:
        ArtifactMissing: nothing was trained here yet.
        ArtifactTampered: the file is not whole any more.
    """
    stored = _read_index(folder)
    if stored is not None:
        return Precedents(*stored)
    kept = keep_history(folder)
    return Precedents(kept, Index.of(kept))


def _write_index(folder: Path, rows: KeptHistory, index: Index) -> None:
    with written_aside(folder / _FOLDER) as aside:
        rows.write(aside / _ROWS)
        (aside / _STEMS).write_text("\n".join(index.features.names()), encoding="utf-8")
        for name, array in _arrays_of(index).items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        sizes = {path.name: path.stat().st_size for path in aside.iterdir()}
        manifest = {"format": _FORMAT, "history": _digest(folder), "bytes": sizes}
        (aside / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")


def _read_index(folder: Path) -> tuple[KeptHistory, Index] | None:
    """None where there is no index of the rows that stand here now."""
    inside = folder / _FOLDER
    try:
        manifest = json.loads((inside / _MANIFEST).read_text(encoding="utf-8"))
        sizes = {path.name: path.stat().st_size for path in inside.iterdir() if path.name != _MANIFEST}
        if manifest != {"format": _FORMAT, "history": _digest(folder), "bytes": sizes}:
            return None
        arrays = {
            path.stem: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) for path in inside.glob("*.npy")
        }
        stems = (inside / _STEMS).read_text(encoding="utf-8").split("\n")
        return KeptHistory.mapped(inside / _ROWS), _index_of(stems, arrays)
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None


def _arrays_of(index: Index) -> dict[str, np.ndarray]:
    return {
        "idf": index.features.idf_,
        "weights": index.by_stem.data,
        "rows_of_stems": index.by_stem.indices,
        "ends_of_stems": index.by_stem.indptr,
        "stems_of_rows": index.stems_of_rows,
        "ends_of_rows": index.ends_of_rows,
        "shown": index.shown,
    }


def _index_of(stems: Sequence[str], arrays: dict[str, np.ndarray]) -> Index:
    by_stem = (arrays["weights"], arrays["rows_of_stems"], arrays["ends_of_stems"])
    return Index(
        stems_only().take_up(stems, arrays["idf"]),
        csr_matrix(by_stem, shape=(len(stems), len(arrays["shown"]))),
        arrays["stems_of_rows"],
        arrays["ends_of_rows"],
        arrays["shown"],
    )


def _digest(folder: Path) -> str:
    with history_file(folder).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
