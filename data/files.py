"""Write files and folders atomically; compute the digest and the text encoding of a file."""

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

# The health check reports files of this name as left over from a killed process.
UNFINISHED = ".unfinished-"
_EVERYBODY, _OWNER_ONLY = 0o666, 0o600
_SAMPLE_BYTES = 1 << 16


@contextmanager
def replaced_file(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a new file that replaces `path` when the block ends without an error, and is removed otherwise.

    Only this user can read a private file; otherwise the umask decides.

    Raises:
        OSError: the file can't be written.
    """
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    mode = _OWNER_ONLY if private else _EVERYBODY
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def written_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that a person named, as `replaced_file` does, with errors that the person can act on.

    Raises:
        PilahError: `path` is a folder, or the file can't be written.
    """
    if path.is_dir():
        raise PilahError("files.is-a-folder", path=path)
    opened = False
    try:
        with replaced_file(path) as file:
            opened = True
            yield file
    except OSError as error:
        # An error about another file comes from the caller's block and passes unchanged.
        if error.filename is not None and UNFINISHED not in str(error.filename):
            raise
        code = "files.disk-refused" if opened else "files.not-writable"
        raise PilahError(code, path=path, reason=error.strerror or error) from error


@contextmanager
def written_folder(target: Path) -> Iterator[Path]:
    """Make a folder to fill, renamed to `target` when the block ends without an error, and removed otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=target.parent))
    try:
        yield unfinished
        flush_files(unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def flush_files(folder: Path) -> None:
    """Write a folder's files to the disk, so that after a power cut a rename never names half-written files."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Replace a small text file in UTF-8 atomically; its folder is made where it is missing.

    Raises:
        PilahError: `path` is a folder, or the file can't be written.
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
