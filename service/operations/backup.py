"""`pilah backup`: write an installation to one file.

The file is a gzipped tar with models/, history/ and offices/ of the home, the ledger as ledger/TABLE.jsonl, and at its
end MANIFEST.json: the SHA-256 of each file, the ledger's schema, and a signature if the installation has a key.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from data.errors import PilahError
from data.files import replaced_file
from data.messages import terminal_message
from service.ledger.database import revision_of
from service.operations.ledger_dump import rows_out, snapshot, tables_of
from service.operations.opened_ledger import existing_engine
from service.operations.options import Home, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from service.settings import Settings

FORMAT = 1
MANIFEST = "MANIFEST.json"
LEDGER = "ledger"
FOLDERS = ("models", "history", "offices")
# The large files are compressed already, or don't compress.
_COMPRESSION = 1


def backup_command(
    file: Annotated[Path, typer.Argument(help="The file to write, such as pilah-2026-11-26.tar.gz.")],
    home: Home = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")] = False,
) -> None:
    """Write models, history, the offices' own files and the ledger to one file, while Pilah keeps running."""
    written = back_up(settings_for(home=home), file, replace=replace)
    counts = {"files": written.files, "rows": written.rows, "bytes": written.bytes}
    typer.echo(terminal_message("operations.backup-written", path=file, **counts))


@dataclass(frozen=True, slots=True)
class Written:
    """The size of a backup: files of the home, rows of the ledger, bytes."""

    files: int
    rows: int
    bytes: int


def signature(manifest: dict[str, Any], signing_key: str) -> str:
    """The HMAC-SHA-256 of a manifest without its field `hmac`."""
    sealed = json.dumps({name: value for name, value in manifest.items() if name != "hmac"}, sort_keys=True)
    return hmac.new(signing_key.encode(), sealed.encode(), hashlib.sha256).hexdigest()


def back_up(settings: Settings, target: Path, *, replace: bool = False) -> Written:
    """Write a consistent snapshot of the installation to one file, while the service keeps running.

    The file appears whole or not at all. Only its owner may read it: it holds masked complaints and password hashes.

    Raises:
        PilahError: the file exists already, its folder doesn't exist, or there is no ledger.
    """
    if target.exists() and not replace:
        raise PilahError("operations.backup-exists", path=target)
    if not target.parent.is_dir():
        raise PilahError("operations.no-folder", folder=target.parent)
    engine = existing_engine(settings)
    try:
        with (
            replaced_file(target, private=True) as file,
            tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as archive,
        ):
            backup = _Backup(archive, target.parent)
            with snapshot(engine) as connection:
                backup.add_ledger(connection)
            backup.add_home(settings.home)
            backup.seal(settings.signing_key.get_secret_value())
    finally:
        engine.dispose()
    return Written(backup.files, backup.rows, target.stat().st_size)


class _Backup:
    """An archive under construction, and the hashes of its members."""

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
            # A tar header holds the size, which is known only after all rows are written.
            with tempfile.TemporaryFile(dir=self._scratch) as lines:
                for line in rows_out(connection, table):
                    lines.write(line.encode("utf-8"))
                    self.rows += 1
                self._add(f"{LEDGER}/{table.name}.jsonl", lines)

    def add_home(self, home: Path) -> None:
        for path in _files_of(home):
            # Since the listing a file may have been deleted; a replaced file keeps its name.
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
    """A file that is hashed while read: the manifest gets the hash of the archived bytes."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(size)
        self.digest.update(part)
        return part


def _files_of(home: Path) -> Iterator[Path]:
    """The files to archive. `champion` files come first: a version promoted meanwhile might miss the archive."""
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
