"""`pilah restore`: an installation from the one file of a backup, all of it checked before any of it counts."""

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
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from data.errors import PilahError
from data.files import digest_of
from model.errors import ArtifactForeign
from model.versions.artifact import verify
from service.errors import BackupUnusable
from service.ledger.database import REVISIONS, connect, migrate_within, revision_of
from service.operations.backup import FOLDERS, FORMAT, LEDGER, MANIFEST, signature
from service.operations.ledger_dump import count_rows, drop_all, rows_in, tables_of

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
    """What was restored; `foreign` are model versions that this Pilah's libraries can't read."""

    files: int
    rows: int
    foreign: tuple[str, ...]


def restore(source: Path, settings: Settings, *, replace: bool = False) -> Restored:
    """Bring an installation back as the backup has it. No service may run on it meanwhile.

    The home's folders and the database change together at the end, after everything was checked; what was in the home
    before is kept beside it, what was in the database is gone with --replace.

    Raises:
        BackupUnusable: the file isn't whole, isn't a backup, or its hashes or signatures don't hold.
        PilahError: there is something in the home or the database already.
    """
    if not source.is_file():
        raise PilahError(f"There is no file {source}.")
    settings.home.mkdir(parents=True, exist_ok=True)
    if not replace:
        _refuse_what_is_there(settings)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".unfinished-restore-") as folder:
        aside = Path(folder)
        manifest = _unpack(source, aside)
        signing_key = settings.signing_key.get_secret_value()
        _check(aside, manifest, signing_key)
        foreign = tuple(_check_models(aside, signing_key))
        engine = connect(make_url(settings.ledger_url))
        try:
            with engine.connect() as connection, connection.begin() as entered:
                rows = _fill(connection, aside, str(manifest["schema"]), replace=replace)
                with _moved_in(aside, settings.home):
                    entered.commit()
        except SQLAlchemyError as error:
            raise BackupUnusable(
                f"The database didn't take what the backup holds ({type(error).__name__}). Nothing was changed. Is it the "
                "right database, does it run, and is there room?"
            ) from None
        finally:
            engine.dispose()
    files = sum(not name.startswith(f"{LEDGER}/") for name in manifest["sha256"])
    return Restored(files, rows, foreign)


def _refuse_what_is_there(settings: Settings) -> None:
    found = [str(settings.home / name) for name in FOLDERS if any((settings.home / name).glob("*"))]
    if found:
        raise PilahError(
            f"{', '.join(found)} holds something already. Restore into an empty PILAH_HOME, or say --replace: what is "
            "there is then kept beside it."
        )
    engine = connect(make_url(settings.ledger_url))
    try:
        with engine.connect() as connection:
            if count_rows(connection):
                raise PilahError(
                    "The database holds rows already. Restore into an empty one (PILAH_DATABASE_URL), or say --replace: "
                    "what is there is then deleted."
                )
    finally:
        engine.dispose()


def _unpack(source: Path, aside: Path) -> dict[str, Any]:
    """Every file of the archive under `aside`, and its manifest."""
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for count, member in enumerate(archive):
                if count > _MOST_FILES:
                    raise BackupUnusable(f"{source} holds more files than any backup.")
                _unpack_one(archive, member, aside)
        manifest: dict[str, Any] = json.loads((aside / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, zlib.error, ValueError, FileNotFoundError) as error:
        raise _not_whole(source) from error
    except OSError as error:
        # gzip's own complaint has no number of the system's; a full disk has.
        if error.errno is not None:
            raise
        raise _not_whole(source) from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("sha256"), dict)
    ):
        raise BackupUnusable(
            f"{source} is of another format than this Pilah reads ({FORMAT}). Restore it with a newer one."
        )
    if manifest.get("schema") not in REVISIONS:
        raise BackupUnusable(
            f"{source} has a newer ledger than this Pilah knows. Restore it with the Pilah that made it."
        )
    return manifest


def _not_whole(source: Path) -> BackupUnusable:
    return BackupUnusable(
        f"{source} is no whole backup of Pilah's. Take another, or copy it again. Nothing was restored."
    )


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, aside: Path) -> None:
    """One file, under a name that a backup may have: nothing leaves the folder, nothing is a link, nothing comes twice."""
    parts = member.name.split("/")
    plain = not any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts)
    known = member.name == MANIFEST or _TABLE.fullmatch(member.name) or (parts[0] in FOLDERS and len(parts) > 1)
    if not member.isreg() or not plain or not known or len(member.name) > _LONGEST_NAME:
        raise BackupUnusable(
            f"The backup holds {member.name[:80]!r}, which no backup of Pilah's does. Nothing was restored."
        )
    target = aside.joinpath(*parts)
    room = shutil.disk_usage(aside).free
    if member.size > (_LARGEST_MANIFEST if member.name == MANIFEST else room):
        raise PilahError(f"There is no room for {member.name}: {member.size:,} bytes, {room:,} are free. Make room.")
    content = archive.extractfile(member)
    if content is None or target.exists():
        raise BackupUnusable(f"The backup holds {member.name[:80]!r} twice. Nothing was restored.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        shutil.copyfileobj(content, file, _COPIED_AT_ONCE)


def _check(aside: Path, manifest: dict[str, Any], signing_key: str) -> None:
    """That the files are those of the manifest, and the manifest that of somebody with the key."""
    if signing_key and not hmac.compare_digest(signature(manifest, signing_key), str(manifest.get("hmac", ""))):
        raise BackupUnusable(
            "The backup's signature doesn't fit PILAH_SIGNING_KEY. Set the key that it was made with. Nothing was restored."
        )
    present = {path.relative_to(aside).as_posix() for path in aside.rglob("*") if path.is_file()} - {MANIFEST}
    differing = present ^ set(manifest["sha256"])
    differing |= {name for name in present - differing if digest_of(aside / name) != manifest["sha256"][name]}
    if differing:
        raise BackupUnusable(
            f"The backup was changed after it was made: {', '.join(sorted(differing)[:5])}. Take another. Nothing was restored."
        )


def _check_models(aside: Path, signing_key: str) -> Iterator[str]:
    """The versions that can't be read here; one whose own hashes or signature don't hold is refused.

    Raises:
        ArtifactTampered: a version isn't the one that was trained.
    """
    for manifest in sorted(aside.glob(f"models/*/*/{MANIFEST}")):
        try:
            verify(manifest.parent, signing_key)
        except ArtifactForeign:
            yield f"{manifest.parent.parent.name}/{manifest.parent.name}"


def _fill(connection: Connection, aside: Path, schema: str, *, replace: bool) -> int:
    """The ledger, entered into the schema that it was taken from and brought forward; the number of rows."""
    if replace or revision_of(connection) != schema:
        # Without --replace there are no rows in it.
        drop_all(connection)
        migrate_within(connection, schema)
    count = 0
    known = {table.name: table for table in tables_of(connection)}
    files = {path.stem: path for path in (aside / LEDGER).glob("*.jsonl")}
    if set(files) != set(known):
        raise BackupUnusable("The backup's tables aren't those of its schema. Take another. Nothing was restored.")
    for name, table in known.items():
        with files[name].open("rb") as lines:
            count += _enter(connection, table, lines)
    migrate_within(connection)
    return count


def _enter(connection: Connection, table: Any, lines: IO[bytes]) -> int:  # noqa: ANN401 - a table
    try:
        return rows_in(connection, table, lines)
    except (ValueError, TypeError):
        raise BackupUnusable(f"The backup's {table.name} can't be read. Take another. Nothing was restored.") from None


@contextmanager
def _moved_in(aside: Path, home: Path) -> Iterator[None]:
    """Puts the folders in their place; what was there goes beside, and comes back where the block fails."""
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
