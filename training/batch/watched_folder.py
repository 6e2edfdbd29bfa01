"""A folder into which exports are dropped, and out of which they come with suggestions: each once, whatever happens.

What is done is kept in `.pilah/` within the folder, one entry for each name and content:

    .pilah/done/<key>/      a folder that appears whole, by one rename, with the note `delivered.json`, and the result
                            itself until that is handed over

The result leaves the entry by one rename to its place beside the export. So a process killed at any step either finds
no entry, and begins anew; or an entry with a result in it, and hands that over; or an entry without, and has nothing
left to do. No step can happen twice.
"""

from __future__ import annotations

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
from data.files import write_text, written_folder
from data.messages import Language, message, terminal_message
from training.batch.predict_file import predict_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper

    from model.router import Router
    from model.versions.office_home import Office

RESULT = ".saran"
FAILURE = ".gagal.txt"

_STATE = ".pilah"
_NOTE = "delivered.json"
_WRITTEN_KINDS = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl")
_LIKE_CSV = (".txt", "")
# Files that other programs are still at work on, or hold open.
_PASSING_PREFIXES = (".", "~$", "~")
_PASSING_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".download", ".lock", ".swp")
# A process that ends this often on one file is ended by it: it may take all the memory that there is.
_MOST_TRIES = 50
_BLOCK = 1024 * 1024
_COPY = ".copy-"


@dataclass(frozen=True, slots=True)
class Look:
    """How a file looks from outside; as long as that changes, it is still being written."""

    size: int
    changed_ns: int
    inode: int

    @classmethod
    def at(cls, path: Path) -> Look | None:
        """How it looks now; None where it is gone."""
        try:
            stat = path.stat()
        except OSError:
            return None
        return cls(stat.st_size, stat.st_mtime_ns, stat.st_ino)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one export: the file that came back, and the rows in it, or why it couldn't be read."""

    export: str
    came_back: str
    rows: int = 0
    failure: str = ""


class WatchedFolder:
    """Answers for the exports in one folder; only one process may watch it at a time.

    Raises:
        PilahError: the folder isn't there, can't be written to, or is watched already.
    """

    def __init__(self, folder: Path, office: Office, signing_key: str) -> None:
        if not folder.is_dir():
            raise PilahError("commands.no-watch-folder", folder=folder)
        self._folder = folder
        self._done = folder / _STATE / "done"
        self._tries = folder / _STATE / "tries"
        self._office = office
        self._signing_key = signing_key
        self._router: Router | None = None
        self._seen: dict[str, Look] = {}
        self._finished: dict[str, Look] = {}
        try:
            for part in (self._done, self._tries):
                part.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder / _STATE / "lock")
        except BlockingIOError:
            raise PilahError("commands.folder-watched-already", folder=folder) from None
        except OSError as error:
            raise PilahError("commands.folder-not-writable", folder=folder, reason=error.strerror) from None
        self._tidy()

    def close(self) -> None:
        """Let another process watch the folder."""
        self._lock.close()

    def look(self) -> list[Path]:
        """The exports that have not changed since the last look and have not come back yet, the least tried first."""
        before, self._seen = self._seen, {}
        steady = []
        for path in sorted(self._folder.iterdir()):
            look = Look.at(path) if self._is_export(path) else None
            if look is None:
                continue
            self._seen[path.name] = look
            if before.get(path.name) == look and self._finished.get(path.name) != look:
                steady.append(path)
        return sorted(steady, key=lambda path: self._tries_of(path.name))

    def answer(self, path: Path) -> Outcome | None:
        """Bring one export back; None where it has come back before, or changed meanwhile.

        Raises:
            PilahError: nothing can be answered now: no model, or no room.
        """
        try:
            return self._answer(path)
        except OSError as error:
            raise PilahError("commands.export-waits", export=path.name, reason=error.strerror) from None

    def _answer(self, path: Path) -> Outcome | None:
        look = Look.at(path)
        with _copied(path, self._folder / _STATE) as (copy, digest):
            if look is None or Look.at(path) != look:
                return None
            entry = self._done / hashlib.sha256(f"{path.name}/{digest}".encode()).hexdigest()[:32]
            outcome = None if entry.exists() else self._prepare(entry, copy, path.name, look)
            self._hand_over(entry)
        self._finished[path.name] = look
        (self._tries / path.name).unlink(missing_ok=True)
        return outcome

    def _prepare(self, entry: Path, copy: Path, name: str, look: Look) -> Outcome:
        """Make the entry with the result in it; a file that can't be read has its reason for a result."""
        router = self._current_router()
        tries = self._tries_of(name) + 1
        write_text(self._tries / name, str(tries))
        with written_folder(entry) as folder:
            outcome = _suggest(router, copy, folder) if tries <= _MOST_TRIES else _fail(folder, copy, "given-up")
            write_text(folder / _NOTE, json.dumps({"export": name, "look": asdict(look)}))
        return outcome

    def _hand_over(self, entry: Path) -> None:
        """Move the result to its place beside the export, under a name that nothing has yet."""
        note = json.loads((entry / _NOTE).read_text(encoding="utf-8"))
        export, look = note["export"], Look(**note["look"])
        for result in entry.iterdir():
            if result.name == _NOTE:
                continue
            if result.name.endswith(FAILURE):
                result.replace(self._folder / result.name)
            else:
                result.rename(_free(self._folder / result.name))
                # What was wrong with an earlier content of this export is mended.
                (self._folder / f"{export}{FAILURE}").unlink(missing_ok=True)
        # Of several contents under one name the latest is the one that lies there.
        if Look.at(self._folder / export) == look:
            self._finished[export] = look

    def _tidy(self) -> None:
        """Hand over what a process that was killed had ready, and remove what it had begun."""
        for entry in self._done.iterdir():
            if entry.name.startswith("."):
                shutil.rmtree(entry, ignore_errors=True)
            else:
                self._hand_over(entry)
        for part in (self._folder / _STATE).glob(f"{_COPY}*"):
            shutil.rmtree(part, ignore_errors=True)

    def _current_router(self) -> Router:
        """The champion; a promotion takes effect with the next export."""
        if self._router is None or self._router.version != self._office.champion():
            self._router, _ = self._office.load_champion(self._signing_key, precedents=False)
        return self._router

    def _tries_of(self, name: str) -> int:
        try:
            return int((self._tries / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _is_export(self, path: Path) -> bool:
        name = path.name.lower()
        passing = name.startswith(_PASSING_PREFIXES) or name.endswith(_PASSING_SUFFIXES)
        return not passing and not is_result(path) and path.is_file()


def is_result(path: Path) -> bool:
    """Whether a name is one of those that come back.

    >>> [is_result(Path(name)) for name in ("a.saran.xlsx", "a.saran-2.csv", "a.csv.gagal.txt", "a.csv", "saran.csv")]
    [True, True, True, False, False]
    """
    stem, _, number = path.stem.rpartition(f"{RESULT}-")
    numbered = bool(stem) and number.isdecimal()
    return path.name.endswith(FAILURE) or path.stem.endswith(RESULT) or numbered


@contextmanager
def _copied(source: Path, state: Path) -> Iterator[tuple[Path, str]]:
    """A copy of an export as it is at this moment, and the SHA-256 of it."""
    with tempfile.TemporaryDirectory(prefix=_COPY, dir=state) as folder:
        copy = Path(folder) / source.name
        digest = hashlib.sha256()
        with source.open("rb") as original, copy.open("wb") as file:
            while block := original.read(_BLOCK):
                digest.update(block)
                file.write(block)
        yield copy, digest.hexdigest()


def _suggest(router: Router, export: Path, folder: Path) -> Outcome:
    """Write the suggestions into the folder, or the reason for a failure."""
    target = folder / f"{export.stem}{RESULT}{_suffix(export)}"
    try:
        rows = predict_file(router, export, target, columns={}, same_shape=True)
    except ColumnMissing as error:
        return _fail(folder, export, "without-text", error)
    except FileUnreadable as error:
        return _fail(folder, export, "unreadable", error)
    except (PilahError, OSError):
        # Not the export's fault: it waits.
        raise
    except Exception as error:  # noqa: BLE001 - one export that meets a bug of ours must not keep the others waiting
        places = "".join(traceback.format_tb(error.__traceback__))
        sys.stderr.write(f"{type(error).__name__} while {export.name} was read:\n{places}")
        return _fail(folder, export, "bug")
    return Outcome(export.name, target.name, rows)


def _fail(folder: Path, export: Path, reason: str, error: PilahError | None = None) -> Outcome:
    """Write the reason of a failure into the folder, in Indonesian and in English."""
    name = f"{export.name}{FAILURE}"
    paragraphs = [export.name]
    for language in (Language.INDONESIAN, Language.ENGLISH):
        # The error has the path of Pilah's copy; an officer knows the export's name only.
        detail = error.told_in(language).replace(str(export), export.name) if error else ""
        paragraphs.append(f"{message(f'commands.export-{reason}', language)}\n{detail}".rstrip())
    write_text(folder / name, "\n\n".join(paragraphs) + "\n")
    return Outcome(export.name, name, failure=terminal_message(f"commands.export-{reason}"))


def _suffix(export: Path) -> str:
    suffix = export.suffix.lower()
    if suffix in _WRITTEN_KINDS:
        return suffix
    return ".csv" if suffix in _LIKE_CSV else ".xlsx"


def _free(wanted: Path) -> Path:
    """The place, or the next one with a number where something is there already: an officer may have worked in it."""
    if not wanted.exists():
        return wanted
    numbered = (wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}") for number in count(2))
    return next(path for path in numbered if not path.exists())


def _locked(path: Path) -> TextIOWrapper:
    """An open file that no other process can lock as well.

    Raises:
        BlockingIOError: another has it.
    """
    file = path.open("w", encoding="ascii")
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - Windows has none

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise
    return file
