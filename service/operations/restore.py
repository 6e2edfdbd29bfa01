"""`pilah restore`: bring an installation back from a backup, after every check has passed."""

from __future__ import annotations

import hmac
import json
import re
import shutil
import tarfile
import tempfile
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from data.errors import PilahError
from data.files import digest_of
from data.messages import terminal_message
from model.errors import ArtifactForeign
from model.versions.artifact import verify
from service.errors import BackupUnusable
from service.ledger.database import REVISIONS, connect, migrate_within
from service.operations.backup import FOLDERS, FORMAT, LEDGER, MANIFEST, signature
from service.operations.ledger_dump import count_rows, drop_all, rows_in, tables_of
from service.operations.opened_ledger import name_database
from service.operations.options import Home, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from service.settings import Settings

_TABLE = re.compile(rf"{LEDGER}/[a-z_]{{1,60}}\.jsonl")
_MOST_FILES = 1_000_000
_LONGEST_NAME = 500
_LARGEST_MANIFEST = 512 * 1024 * 1024
_COPIED_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """The size of a restored installation; `foreign` versions were made with other versions of the libraries."""

    files: int
    rows: int
    foreign: tuple[str, ...]


def restore_command(
    file: Annotated[Path, typer.Argument(help="A backup made by `pilah backup`, on SQLite or PostgreSQL.")],
    home: Home = None,
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Restore over existing data: folders are kept aside, the ledger is replaced."),
    ] = False,
) -> None:
    """Restore an installation from a backup, into an empty home and database. Stop the service first."""
    settings = settings_for(home=home)
    name_database(settings)
    restored = restore(file, settings, replace=replace)
    typer.echo(terminal_message("operations.restored", files=restored.files, rows=restored.rows))
    for version in restored.foreign:
        typer.echo(terminal_message("operations.foreign-version", version=version))


def restore(source: Path, settings: Settings, *, replace: bool = False) -> Restored:
    """Restore an installation from a backup. The service must not run meanwhile.

    The home's folders and the database change together at the end, after all checks. With `replace`, the home's earlier
    folders are kept aside, and the database's earlier rows are deleted.

    Raises:
        BackupUnusable: the file is damaged or no backup, or its hashes or signatures don't match.
        PilahError: the home or the database already holds data.
    """
    if not source.is_file():
        raise PilahError("operations.no-file", path=source)
    settings.home.mkdir(parents=True, exist_ok=True)
    if not replace:
        _require_empty(settings)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".unfinished-restore-") as folder:
        aside = Path(folder)
        manifest = _unpack(source, aside)
        signing_key = settings.signing_key.get_secret_value()
        _check(aside, manifest, signing_key)
        foreign = tuple(_check_models(aside, signing_key))
        engine = connect(make_url(settings.ledger_url))
        try:
            with engine.connect() as connection, connection.begin() as entered:
                rows = _fill(connection, aside, str(manifest["schema"]))
                with _moved_in(aside, settings.home):
                    entered.commit()
        except SQLAlchemyError as error:
            raise BackupUnusable("operations.database-refused", error=type(error).__name__) from None
        finally:
            engine.dispose()
    files = sum(not name.startswith(f"{LEDGER}/") for name in manifest["sha256"])
    return Restored(files, rows, foreign)


def _require_empty(settings: Settings) -> None:
    filled = [str(settings.home / name) for name in FOLDERS if any((settings.home / name).glob("*"))]
    if filled:
        raise PilahError("operations.home-not-empty", folders=", ".join(filled))
    engine = connect(make_url(settings.ledger_url))
    try:
        with engine.connect() as connection:
            if count_rows(connection):
                raise PilahError("operations.database-not-empty")
    finally:
        engine.dispose()


def _unpack(source: Path, aside: Path) -> dict[str, Any]:
    """Unpack every file of the archive under `aside`; returns its manifest."""
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for count, member in enumerate(archive):
                if count > _MOST_FILES:
                    raise BackupUnusable("operations.too-many-files", path=source)
                _unpack_one(archive, member, aside)
        manifest: dict[str, Any] = json.loads((aside / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, zlib.error, ValueError, FileNotFoundError) as error:
        raise BackupUnusable("operations.backup-damaged", path=source) from error
    except OSError as error:
        # gzip's own errors have no errno; those of a full disk do.
        if error.errno is not None:
            raise
        raise BackupUnusable("operations.backup-damaged", path=source) from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("sha256"), dict)
    ):
        raise BackupUnusable("operations.backup-format", path=source, format=FORMAT)
    if manifest.get("schema") not in REVISIONS:
        raise BackupUnusable("operations.backup-newer", path=source)
    return manifest


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, aside: Path) -> None:
    """Unpack one regular file whose name a backup may have; links, paths out of the folder and duplicates are refused."""
    parts = member.name.split("/")
    plain = not any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts)
    known = member.name == MANIFEST or _TABLE.fullmatch(member.name) or (parts[0] in FOLDERS and len(parts) > 1)
    if not member.isreg() or not plain or not known or len(member.name) > _LONGEST_NAME:
        raise BackupUnusable("operations.backup-member", name=member.name[:80])
    target = aside.joinpath(*parts)
    room = shutil.disk_usage(aside).free
    if member.size > (_LARGEST_MANIFEST if member.name == MANIFEST else room):
        raise PilahError("operations.no-room", name=member.name, size=member.size, free=room)
    content = archive.extractfile(member)
    if content is None or target.exists():
        raise BackupUnusable("operations.backup-member-twice", name=member.name[:80])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file, _COPIED_AT_ONCE)


def _check(aside: Path, manifest: dict[str, Any], signing_key: str) -> None:
    """Check the manifest's signature, and the files against the manifest's hashes."""
    if signing_key and not hmac.compare_digest(signature(manifest, signing_key), str(manifest.get("hmac", ""))):
        raise BackupUnusable("operations.backup-signature")
    present = {path.relative_to(aside).as_posix() for path in aside.rglob("*") if path.is_file()} - {MANIFEST}
    differing = present ^ set(manifest["sha256"])
    differing |= {name for name in present - differing if digest_of(aside / name) != manifest["sha256"][name]}
    if differing:
        raise BackupUnusable("operations.backup-changed", files=", ".join(sorted(differing)[:5]))


def _check_models(aside: Path, signing_key: str) -> Iterator[str]:
    """Verify the hashes and signatures of the model versions; yields those made with other library versions.

    Raises:
        ArtifactTampered: a version was changed after its training.
    """
    for manifest in sorted(aside.glob(f"models/*/*/{MANIFEST}")):
        try:
            verify(manifest.parent, signing_key)
        except ArtifactForeign:
            yield f"{manifest.parent.parent.name}/{manifest.parent.name}"


def _fill(connection: Connection, aside: Path, schema: str) -> int:
    """Insert the ledger's rows under the backup's schema, then migrate to the newest; returns the number of rows."""
    # Without --replace the database holds no more than an unused link for a first administrator.
    drop_all(connection)
    migrate_within(connection, schema)
    count = 0
    known = {table.name: table for table in tables_of(connection)}
    files = {path.stem: path for path in (aside / LEDGER).glob("*.jsonl")}
    if set(files) != set(known):
        raise BackupUnusable("operations.backup-tables")
    for name, table in known.items():
        with files[name].open("rb") as lines:
            count += _enter(connection, table, lines)
    migrate_within(connection)
    return count


def _enter(connection: Connection, table: Any, lines: IO[bytes]) -> int:  # noqa: ANN401 - a table
    try:
        return rows_in(connection, table, lines)
    except (ValueError, TypeError):
        raise BackupUnusable("operations.backup-table", table=table.name) from None


@contextmanager
def _moved_in(aside: Path, home: Path) -> Iterator[None]:
    """Move the restored folders into place and the earlier ones aside; undone if the block fails."""
    beside = home / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    moved: list[tuple[Path, Path]] = []
    try:
        for name in FOLDERS:
            for source, target in ((home / name, beside / name), (aside / name, home / name)):
                if source.is_dir():
                    target.parent.mkdir(exist_ok=True)
                    source.rename(target)
                    moved.append((source, target))
        yield
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        with suppress(OSError):
            beside.rmdir()
        raise
