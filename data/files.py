"""Write files whole or not at all; the digest and the text encoding of a file."""

from __future__ import annotations

import codecs
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

_SAMPLE_BYTES = 1 << 16


@contextmanager
def written_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that replaces it when the block ends well, and is removed otherwise.

    Raises:
        PilahError: `path` is a folder, or the disk refuses the file.
    """
    if path.is_dir():
        raise PilahError(f"{path} is a folder. Name a file in it.")
    beside = path.with_name(f".unfinished-{secrets.token_hex(8)}")
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
    """Replace a small file, in UTF-8: a reader sees the old text or the new one, never a part.

    Raises:
        PilahError: `path` is a folder, or the disk refuses the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_file(path) as file:
        file.write(text.encode())


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_encoding(path: Path) -> str:
    """The encoding of a text file: UTF-8, UTF-16, or Windows-1252 where neither fits.

    Raises:
        OSError: the file can't be read.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = chunk = file.read(_SAMPLE_BYTES)
        if wide := utf16_encoding(start):
            return wide
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"


def utf16_encoding(start: bytes) -> str | None:
    """UTF-16 by its byte order mark, or by the zero in every second byte of mostly Latin text."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(start) // 2 or 1
    if start[1::2].count(0) > half * 0.6 and start[::2].count(0) < half * 0.1:
        return "utf-16-le"
    return None
