"""`pilah backup`: one file that holds an installation, and what is in such a file.

A gzipped tar with models/, history/ and offices/ of the home, the ledger as ledger/TABLE.jsonl, and at its end
MANIFEST.json: the SHA-256 of each file, the ledger's schema, and a signature where the installation has a key.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import tarfile
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from data.errors import PilahError
from service.ledger.database import open_ledger, revision_of
from service.operations.ledger_dump import rows_out, snapshot, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from service.settings import Settings

FORMAT = 1
MANIFEST = "MANIFEST.json"
LEDGER = "ledger"
FOLDERS = ("models", "history", "offices")
_UNFINISHED = ".unfinished-"
# What is large in it is compressed already, or doesn't compress.
_COMPRESSION = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds: how many files of the home, and how many rows of the ledger."""

    files: int
    rows: int
    bytes: int


def signature(manifest: dict[str, Any], signing_key: str) -> str:
    """What stands in a manifest as `hmac` where the installation has a key."""
    sealed = json.dumps({name: value for name, value in manifest.items() if name != "hmac"}, sort_keys=True)
    return hmac.new(signing_key.encode(), sealed.encode(), hashlib.sha256).hexdigest()


def back_up(settings: Settings, target: Path, *, replace: bool = False) -> Written:
    """Write the installation as it is now into one file, while it goes on working.

    The file appears whole or not at all. It is for its owner's eyes only: it holds masked complaints and the hashes of
    passwords.

    Raises:
        PilahError: there is such a file already, or its folder can't be written.
    """
    if target.exists() and not replace:
        raise PilahError(f"{target} is there already. Name another file, or say --replace.")
    if not target.parent.is_dir():
        raise PilahError(f"There is no folder {target.parent}. Make it, or name another.")
    engine = open_ledger(settings.ledger_url)
    try:
        with _aside(target) as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as archive:
            backup = _Backup(archive, target.parent)
            with snapshot(engine) as connection:
                backup.add_ledger(connection)
            backup.add_home(settings.home)
            backup.seal(settings.signing_key.get_secret_value())
    finally:
        engine.dispose()
    return Written(backup.files, backup.rows, target.stat().st_size)


class _Backup:
    """An archive on its way, and what has gone into it."""

    def __init__(self, archive: tarfile.TarFile, scratch: Path) -> None:
        self._archive = archive
        self._scratch = scratch
        self._hashes: dict[str, str] = {}
        self._revision: str | None = None
        self.rows = 0

    @property
    def files(self) -> int:
        return sum(not name.startswith(f"{LEDGER}/") for name in self._hashes)

    def add_ledger(self, connection: Connection) -> None:
        self._revision = revision_of(connection)
        for table in tables_of(connection):
            # A tar names a file's size before its content.
            with tempfile.TemporaryFile(dir=self._scratch) as lines:
                for line in rows_out(connection, table):
                    lines.write(line.encode("utf-8"))
                    self.rows += 1
                self._add(f"{LEDGER}/{table.name}.jsonl", lines)

    def add_home(self, home: Path) -> None:
        for path in _files_of(home):
            # A file that was replaced since it was listed is there under the same name; one that is gone was on its way out.
            with suppress(FileNotFoundError), path.open("rb") as content:
                self._add(path.relative_to(home).as_posix(), content)

    def seal(self, signing_key: str) -> None:
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "pilah": version("pilah"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "schema": self._revision,
            "sha256": self._hashes,
        }
        if signing_key:
            manifest["hmac"] = signature(manifest, signing_key)
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        self._archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))

    def _add(self, name: str, content: IO[bytes]) -> None:
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        hashed = _Hashed(content)
        self._archive.addfile(_member(name, size), hashed)
        self._hashes[name] = hashed.digest.hexdigest()


class _Hashed:
    """A file that is hashed as it is read, so that what is named in the manifest is what was written."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(size)
        self.digest.update(part)
        return part


def _files_of(home: Path) -> Iterator[Path]:
    """The files to keep. What names the model in use comes before the models, so that it never names one left out."""
    yield from sorted(home.glob("models/*/champion"))
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
            if path.is_file() and not path.is_symlink() and not hidden and path.name != "champion":
                yield path


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(datetime.now(UTC).timestamp())
    return member


@contextmanager
def _aside(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when the block ends well, and is gone otherwise; nobody else may read it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED, delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
