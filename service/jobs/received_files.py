"""Files received from officers: supported kinds, stored names, and storage."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, BinaryIO

from data.errors import PilahError
from data.files import written_file
from service.contract.field_types import clean
from service.errors import StorageFull, UploadRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# All formats of data.exports: a child process with little memory reads a stranger's file.
SUFFIXES = (
    ".xlsx", ".xls", ".ods", ".csv", ".tsv", ".txt", ".html", ".htm", ".xml", ".json", ".jsonl", ".parquet", ".zip",
)  # fmt: skip
_COPIED_AT_ONCE = 1 << 20
_UNSAFE = re.compile(r"[^\w .()+-]+")
_LONGEST_NAME = 120


def base_name(given: str) -> str:
    """A file's name without folders and control characters."""
    return clean(given).replace("\\", "/").rsplit("/", 1)[-1]


def export_suffix(name: str) -> str:
    """The suffix of an export, in lower case.

    Raises:
        UploadRefused: Pilah doesn't read files with this suffix.
    """
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
    if suffix is None:
        raise UploadRefused("ledger.suffix-refused", suffixes=", ".join(SUFFIXES))
    return suffix


def stored_names(given: Sequence[str]) -> list[str]:
    """Unique and safe names for exports, close to the given names, which the report shows.

    Raises:
        UploadRefused: Pilah doesn't read files with this suffix.
    """
    names: list[str] = []
    for name in given:
        safe = _UNSAFE.sub("_", base_name(name)).rstrip(" .")
        suffix = export_suffix(safe)
        stem = safe[: -len(suffix)]
        unique = f"{stem[-_LONGEST_NAME:].lstrip('-. ') or 'berkas'}{suffix}"
        while unique.lower() in map(str.lower, names):
            unique = f"{len(names) + 1}-{unique}"
        names.append(unique)
    return names


def store(source: BinaryIO, path: Path) -> None:
    """Store a file whole or not at all, readable by this user only.

    Raises:
        StorageFull: the disk is full or read-only.
    """
    try:
        with written_file(path) as target:
            os.fchmod(target.fileno(), 0o600)
            shutil.copyfileobj(source, target, _COPIED_AT_ONCE)
    except PilahError:
        raise StorageFull from None
