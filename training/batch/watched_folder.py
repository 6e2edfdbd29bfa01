"""Write suggestions beside each export that is dropped into a folder, exactly once, even across crashes.

`.pilah/` in the folder keeps the state, one entry for each file name and content:

    .pilah/done/<key>/      a folder created whole by one rename, with `delivered.json`, and with the result until
                            delivery

Delivery moves the result beside the export by one rename. After a crash there are three cases: no entry, so the export
is processed again; an entry with a result, which is delivered; an entry without a result, which is finished. No step
happens twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import sys
import tempfile
import traceback
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.annotation.annotate import own_suffix
from data.exports.open import open_exports
from data.files import write_text, written_folder
from data.messages import Language, message, terminal_message
from training.batch.predict_file import predict_exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper
    from zoneinfo import ZoneInfo

    from data.exports.dates import DateOrder
    from model.router import Router
    from model.versions.office_home import Office
    from training.batch.predict_file import Predicted

RESULT = ".saran"
FAILURE = ".gagal.txt"
NOTES = ".catatan.txt"

_STATE = ".pilah"
_DELIVERED = "delivered.json"
# Temporary files and locks of other programs.
_TEMPORARY_PREFIXES = (".", "~$", "~")
_TEMPORARY_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".download", ".lock", ".swp")
# After so many crashes on one file the file is the cause: it may need more memory than there is.
_MOST_ATTEMPTS = 50
_BLOCK = 1024 * 1024
_COPY = ".copy-"
_LANGUAGES = (Language.INDONESIAN, Language.ENGLISH)


@dataclass(frozen=True, slots=True)
class FileState:
    """The size, time and inode of a file; while they change, the file is still being written."""

    size: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileState | None:
        """The current state; None if the file is gone."""
        try:
            stat = path.stat()
        except OSError:
            return None
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ino)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one export: the file written, and its number of rows or the reason of the failure."""

    export: str
    came_back: str
    predicted: Predicted | None = None
    failure: str = ""


class WatchedFolder:
    """Processes the exports in one folder; a lock admits one process at a time.

    Raises:
        PilahError: the folder doesn't exist, isn't writable, or is watched by another process.
    """

    def __init__(
        self, folder: Path, office: Office, signing_key: str, zone: ZoneInfo, date_order: DateOrder | None = None
    ) -> None:
        if not folder.is_dir():
            raise PilahError("commands.no-watch-folder", folder=folder)
        self._folder = folder
        self._done = folder / _STATE / "done"
        self._attempts = folder / _STATE / "tries"
        self._office = office
        self._signing_key = signing_key
        self._zone = zone
        self._date_order = date_order
        self._router: Router | None = None
        self._office_files: tuple[FileState | None, ...] = (None, None)
        self._seen: dict[str, FileState] = {}
        self._finished: dict[str, FileState] = {}
        try:
            for part in (self._done, self._attempts):
                part.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder / _STATE / "lock")
        except BlockingIOError:
            raise PilahError("commands.folder-watched-already", folder=folder) from None
        except OSError as error:
            raise PilahError("commands.folder-not-writable", folder=folder, reason=error.strerror) from None
        self._recover()

    def close(self) -> None:
        """Let another process watch the folder."""
        self._lock.close()

    def scan(self) -> list[Path]:
        """The unfinished exports that haven't changed since the last scan, those with the fewest attempts first."""
        before, self._seen = self._seen, {}
        unchanged = []
        for path in sorted(self._folder.iterdir()):
            state = FileState.of(path) if self._is_export(path) else None
            if state is None:
                continue
            self._seen[path.name] = state
            if before.get(path.name) == state and self._finished.get(path.name) != state:
                unchanged.append(path)
        return sorted(unchanged, key=lambda path: self._attempts_of(path.name))

    def answer(self, path: Path) -> Outcome | None:
        """Process one export; None if it was processed before, or has changed since the scan.

        Raises:
            PilahError: no export can be processed now: there is no model, or no room.
        """
        try:
            return self._answer(path)
        except OSError as error:
            raise PilahError("commands.export-waits", export=path.name, reason=error.strerror) from None

    def _answer(self, path: Path) -> Outcome | None:
        state = FileState.of(path)
        with _copied(path, self._folder / _STATE) as (copy, digest):
            if state is None or FileState.of(path) != state:
                return None
            entry = self._done / hashlib.sha256(f"{path.name}/{digest}".encode()).hexdigest()[:32]
            outcome = None if entry.exists() else self._prepare(entry, copy, path.name, state)
            self._deliver(entry)
        self._finished[path.name] = state
        (self._attempts / path.name).unlink(missing_ok=True)
        return outcome

    def _prepare(self, entry: Path, copy: Path, name: str, state: FileState) -> Outcome:
        """Create the entry with its result; the result of an unreadable file is the reason."""
        router = self._current_router()
        attempts = self._attempts_of(name) + 1
        write_text(self._attempts / name, str(attempts))
        with written_folder(entry) as folder:
            outcome = (
                _suggest(router, copy, folder, self._zone, self._date_order)
                if attempts <= _MOST_ATTEMPTS
                else _fail(folder, copy, "given-up")
            )
            write_text(folder / _DELIVERED, json.dumps({"export": name, "look": asdict(state)}))
        return outcome

    def _deliver(self, entry: Path) -> None:
        """Move the result beside the export, under an unused name."""
        delivered = json.loads((entry / _DELIVERED).read_text(encoding="utf-8"))
        export, state = delivered["export"], FileState(**delivered["look"])
        for result in entry.iterdir():
            if result.name == _DELIVERED:
                continue
            if result.name.endswith((FAILURE, NOTES)):
                result.replace(self._folder / result.name)
            else:
                result.rename(_unused(self._folder / result.name))
                # An earlier failure of this export no longer holds.
                (self._folder / f"{export}{FAILURE}").unlink(missing_ok=True)
        # Of several contents of one name, only the current one is marked as finished.
        if FileState.of(self._folder / export) == state:
            self._finished[export] = state

    def _recover(self) -> None:
        """After a crash: deliver finished results, and remove unfinished work."""
        for entry in self._done.iterdir():
            if entry.name.startswith("."):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                self._deliver(entry)
        for part in (self._folder / _STATE).glob(f"{_COPY}*"):
            shutil.rmtree(part, ignore_errors=True)

    def _current_router(self) -> Router:
        """The current champion; a promotion and changed files of the office take effect with the next export."""
        office = self._office
        own_files = (office.units_file, office.categories_file, office.rules_file)
        files = tuple(map(FileState.of, own_files))
        if self._router is None or self._router.version != self._office.champion() or files != self._office_files:
            self._router = None
            self._router, _ = self._office.load_champion(self._signing_key, precedents=False)
            self._office_files = files
        return self._router

    def _attempts_of(self, name: str) -> int:
        try:
            return int((self._attempts / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _is_export(self, path: Path) -> bool:
        name = path.name.lower()
        temporary = name.startswith(_TEMPORARY_PREFIXES) or name.endswith(_TEMPORARY_SUFFIXES)
        return not temporary and not is_result(path) and path.is_file()


def is_result(path: Path) -> bool:
    """Whether a name is that of a result or a failure.

    >>> [is_result(Path(name)) for name in ("a.saran.xlsx", "a.saran-2.csv", "a.ods.catatan.txt", "a.csv", "saran.csv")]
    [True, True, True, False, False]
    """
    stem, _, number = path.stem.rpartition(f"{RESULT}-")
    numbered = bool(stem) and number.isdecimal()
    return path.name.endswith((FAILURE, NOTES)) or path.stem.endswith(RESULT) or numbered


@contextmanager
def _copied(source: Path, state: Path) -> Iterator[tuple[Path, str]]:
    """A copy of an export, and the SHA-256 of the copy."""
    with tempfile.TemporaryDirectory(prefix=_COPY, dir=state) as folder:
        copy = Path(folder) / source.name
        digest = hashlib.sha256()
        with source.open("rb") as original, copy.open("wb") as file:
            while block := original.read(_BLOCK):
                digest.update(block)
                file.write(block)
        yield copy, digest.hexdigest()


def _suggest(router: Router, export: Path, folder: Path, zone: ZoneInfo, date_order: DateOrder | None) -> Outcome:
    """Write the suggestions into the folder, or the reason for a failure."""
    try:
        exports = open_exports(export, date_order=date_order)
        target = folder / f"{export.stem}{RESULT}{own_suffix(exports[0])}"
        predicted = predict_exports(router, exports, target, zone=zone, language=Language.INDONESIAN)
    except ColumnMissing as error:
        return _fail(folder, export, "without-text", error)
    except FileUnreadable as error:
        return _fail(folder, export, "unreadable", error)
    except (PilahError, OSError):
        # Not the export's fault: the export waits.
        raise
    except Exception as error:  # noqa: BLE001 - a bug on one export must not block the others
        places = "".join(traceback.format_tb(error.__traceback__))
        sys.stderr.write(f"{type(error).__name__} while {export.name} was read:\n{places}")
        return _fail(folder, export, "bug")
    if predicted.notices:
        told = ["\n".join(notice.told_in(language) for notice in predicted.notices) for language in _LANGUAGES]
        write_text(folder / f"{export.name}{NOTES}", "\n\n".join([target.name, *told]) + "\n")
    return Outcome(export.name, target.name, predicted)


def _fail(folder: Path, export: Path, reason: str, error: PilahError | None = None) -> Outcome:
    """Write the reason of a failure into the folder, in Indonesian and in English."""
    name = f"{export.name}{FAILURE}"
    paragraphs = [export.name]
    for language in _LANGUAGES:
        # The error has the path of Pilah's copy; an officer knows the export's name only.
        detail = error.told_in(language).replace(str(export), export.name) if error else ""
        paragraphs.append(f"{message(f'commands.export-{reason}', language)}\n{detail}".rstrip())
    write_text(folder / name, "\n\n".join(paragraphs) + "\n")
    return Outcome(export.name, name, failure=terminal_message(f"commands.export-{reason}"))


def _unused(wanted: Path) -> Path:
    """An unused path: the wanted one, else numbered. An officer may have edited an existing file."""
    if not wanted.exists():
        return wanted
    numbered = (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2))
    return next(path for path in numbered if not path.exists())


def _locked(path: Path) -> TextIOWrapper:
    """Open and lock a file.

    Raises:
        BlockingIOError: another process holds the lock.
    """
    file = path.open("w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
