"""Write files whole or not at all, and tell files apart by their digest."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import PilahError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


@contextmanager
def written_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that replaces it when the block ends well, and is removed otherwise.

    Raises:
        PilahError: `path` is a folder, or the disk refuses the file.
    """
    if path.is_dir():
        raise PilahError(f"{path} is a folder. Name a file in it.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        file = beside.open("xb")
    except OSError as error:
        raise PilahError(
            f"{path} can't be written: {error.strerror}. Check the folder and your rights in it."
        ) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        # The caller's block may fail on a file of its own: that error keeps its name.
        if error.filename not in {None, str(beside)}:
            raise
        raise PilahError(f"{path} can't be written: {error.strerror or error}. Is the disk full?") from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def written_folder(target: Path) -> Iterator[Path]:
    """Make a folder to fill, renamed to `target` when the block ends well, and removed otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=target.parent))
    try:
        yield aside
        aside.chmod(0o755)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Replace a small file: a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".unfinished-", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
