"""The champion (the model version in use) in memory, replaced without downtime."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from model.complaint import Complaint
from model.errors import ArtifactError, PilahError
from model.history.index_files import index_file
from model.history.rows import history_file
from model.history.similar import Precedents
from model.office.register_check import OF_CATEGORIES, OF_UNITS, find_disagreements
from model.office.rules import Rules, read_rules
from model.versions import artifact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from data.messages import Sentence
    from model.office.categories import Categories
    from model.office.rules import Rule
    from model.office.units import Units
    from model.router import Router
    from model.versions.artifact import Card
    from model.versions.office_home import Office

logger = logging.getLogger(__name__)

# A first suggestion loads every part of a model before an officer has to wait.
_FIRST_TEXT = "lampu jalan di depan kantor kelurahan padam sejak kemarin"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A verified version in memory; `disagreements`: the model's units and categories differ from the office's lists.

    Where units.csv, categories.csv or rules.csv can't be read, `problem` says why, and all three are those read at
    `office_files_read_at`.
    """

    router: Router
    card: Card
    disagreements: tuple[Sentence, ...] = ()
    problem: PilahError | None = None
    office_files_read_at: datetime | None = None


class _FileState(NamedTuple):
    name: str
    size: int
    changed_ns: int
    inode: int


_State = tuple[_FileState, ...]


@dataclass(frozen=True, slots=True)
class _Verified:
    """A verified version with the past complaints, and the state of both files at the time of reading."""

    version: str
    state: _State
    router: Router
    card: Card
    past_state: _State
    past: Precedents


@dataclass(frozen=True, slots=True)
class _OfficeFiles:
    """The office's units, categories and rules, and the time of reading."""

    units: Units
    categories: Categories
    rules: Sequence[Rule]
    read_at: datetime

    def fit(self, router: Router) -> bool:
        """Whether the rules name only units that a version knows, which may be newer than the files."""
        units = router.units.updated_by(self.units)
        return all(rule.unit_id in units for rule in self.rules)


@dataclass(frozen=True, slots=True)
class _Failed:
    """The error of a version in this state. `temporary`: the system's error, which may disappear."""

    version: str | None
    state: _State
    error: ArtifactError
    temporary: bool = False


class Champion:
    """Holds the office's champion and follows the files; without changes a request costs a few stat calls.

    A promoted version is verified and read in the background, while the present version answers. The weights are
    memory-mapped: a file changed on disk changes the model in memory, so Pilah answers 503 until the hashes match again.
    Units, categories and rules take effect at the next request; while one of the files is broken, the last readable ones
    hold, and `Loaded.problem` says so. Changed past complaints are left out until a thread has read the new
    file. `on_change` is called with the version after every change.
    """

    def __init__(
        self, office: Office, signing_key: str = "", on_change: Callable[[str], None] = lambda _version: None
    ) -> None:
        self._office = office
        self._signing_key = signing_key
        self._on_change = on_change
        self._lock = Lock()
        self._held: _Verified | _Failed | None = None
        self._next: _Verified | _Failed | None = None
        self._reading: Thread | None = None
        self._versions_folder = str(office.versions_folder)
        self._pointer = str(office.champion_file)
        self._pointer_state: _State | None = None
        self._past_paths: dict[str, tuple[str, ...]] = {}
        self._own_paths = tuple(map(str, (office.units_file, office.categories_file, office.rules_file)))
        self._own_state: _State = ()
        self._last_good: _OfficeFiles | None = None
        self._answering: Loaded | ArtifactError | None = None

    def current(self) -> Loaded:
        """The champion, verified after the last change of a file.

        Raises:
            ArtifactError: there is no champion, or a file can't be trusted or read.
        """
        with self._lock:
            try:
                found = self._follow_files()
            except OSError as error:
                found = _unreadable(error)
        if isinstance(found, ArtifactError):
            # The old traceback would grow with every request.
            raise found.with_traceback(None)
        return found

    def unchanged(self) -> Loaded | None:
        """The champion if no file has changed; None where `current` must read or is reading."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            held, answering = self._held, self._answering
            if not isinstance(held, _Verified) or not isinstance(answering, Loaded):
                return None
            same = (
                _state_of((self._pointer,)) == self._pointer_state
                and _state_of(file.name for file in held.state) == held.state
                and self._past_state(held.version) == held.past_state
                and self._own_files() == self._own_state
            )
        except OSError:
            return None
        finally:
            self._lock.release()
        return answering if same else None

    @property
    def version(self) -> str:
        """The version of the latest answer, without reading files; blank before the first."""
        return self._answering.router.version if isinstance(self._answering, Loaded) else ""

    def _follow_files(self) -> Loaded | ArtifactError:
        pointer_state = _state_of((self._pointer,))
        wanted = self._office.champion()
        held = self._held
        if not isinstance(held, _Verified) or self._version_state(held.version) != held.state:
            held = self._read_now(wanted)
        elif wanted != held.version or self._past_state(wanted) != held.past_state:
            held = self._read_in_background(wanted, held)
        # `unchanged` relies on this state: the pointer names the answering version.
        self._pointer_state = pointer_state if held.version == wanted else None
        own_state = self._own_files()
        if held is not self._held or own_state != self._own_state or self._answering is None:
            before = self.version
            # The states are remembered last: after an unexpected error the next request reads the files again.
            self._answering = held.error if isinstance(held, _Failed) else self._with_office_files(held)
            self._held, self._own_state = held, own_state
            if self.version not in {"", before}:
                self._on_change(self.version)
        return self._answering

    def _read_now(self, wanted: str | None) -> _Verified | _Failed:
        """Read a version while the request waits: no trusted version is in memory."""
        held = self._held
        if isinstance(held, _Failed) and not held.temporary and self._is_as_now(held, wanted):
            return held
        return self._read(wanted)

    def _read_in_background(self, wanted: str | None, held: _Verified) -> _Verified | _Failed:
        """The wanted version when a thread has read it; until then the present version."""
        ready = self._next
        if ready is not None and self._is_as_now(ready, wanted):
            self._next = None
            return ready
        if self._reading is None or not self._reading.is_alive():
            self._reading = Thread(target=self._read_next, args=(wanted,), name="champion", daemon=True)
            self._reading.start()
        if wanted == held.version and held.past_state:
            # Past complaints were deleted: no deleted complaint may be shown.
            return _Verified(held.version, held.state, held.router, held.card, (), Precedents(()))
        return held

    def _read_next(self, wanted: str | None) -> None:
        found = self._read(wanted)
        if isinstance(found, _Verified):
            found.router.suggest(Complaint(_FIRST_TEXT))
        with self._lock:
            self._next = found

    def _read(self, wanted: str | None) -> _Verified | _Failed:
        """Verify and read a version. The state is taken before reading, so that the next request notices a change."""
        state = self._version_state(wanted)
        if wanted is None:
            return _Failed(wanted, state, self._office.model_missing())
        try:
            past_state = self._past_state(wanted)
            router, card = artifact.load(self._office.versions_folder / wanted, self._signing_key)
            past = self._office.precedents_of(wanted)
            return _Verified(wanted, state, router, card, past_state, past)
        except ArtifactError as error:
            return _Failed(wanted, state, error)
        except OSError as error:
            return _Failed(wanted, state, _unreadable(error), temporary=True)

    def _is_as_now(self, found: _Verified | _Failed, wanted: str | None) -> bool:
        if found.version != wanted or found.state != self._version_state(wanted):
            return False
        return isinstance(found, _Failed) or found.past_state == self._past_state(wanted)

    def _with_office_files(self, held: _Verified) -> Loaded | ArtifactError:
        """The version with the office's present units, categories and rules, or with the last readable ones."""
        problem: PilahError | None = None
        try:
            files = self._read_office_files(held)
        except (PilahError, OSError) as error:
            problem = _unreadable(error) if isinstance(error, OSError) else error
            logger.warning("Not ready: %s", problem)
            if self._last_good is None or not self._last_good.fit(held.router):
                # Without the office's files Pilah gives no suggestion, since it might break a rule.
                return ArtifactError(problem.code, **problem.fields)
            files = self._last_good
        self._last_good = files
        units = held.router.units.updated_by(files.units)
        categories = held.router.categories.updated_by(files.categories)
        router = held.router.for_office(units, Rules(files.rules, units), held.past, categories)
        found = _disagreements(held, files)
        for sentence in found:
            logger.warning("Not ready: %s", sentence)
        return Loaded(router, held.card, found, problem, files.read_at)

    def _read_office_files(self, held: _Verified) -> _OfficeFiles:
        """The present units.csv, categories.csv and rules.csv.

        Raises:
            PilahError: one of the files can't be understood.
            OSError: one of the files can't be read.
        """
        units = self._office.units()
        rules = read_rules(self._office.rules_file, held.router.units.updated_by(units))
        return _OfficeFiles(units, self._office.categories(), tuple(rules), datetime.now(UTC))

    def _version_state(self, version: str | None) -> _State:
        """The state of a version's folder and files; the folder's state shows new and deleted files."""
        if version is None:
            return ()
        folder = f"{self._versions_folder}/{version}"
        state = _state_of((folder,))
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return state + _state_of(f"{folder}/{name}" for name in names)

    def _past_state(self, version: str | None) -> _State:
        if version is None:
            return ()
        paths = self._past_paths.get(version)
        if paths is None:
            folders = self._office.history_folders_of(version)
            paths = tuple(str(path(folder)) for folder in folders for path in (history_file, index_file))
            self._past_paths[version] = paths
        return _state_of(paths)

    def _own_files(self) -> _State:
        return _state_of(self._own_paths)


def _disagreements(held: _Verified, files: _OfficeFiles) -> tuple[Sentence, ...]:
    today = datetime.now(UTC).date()
    units_at_training, categories_at_training = (
        held.card.get(name, {}).get("ids", []) for name in ("units_file", "categories_file")
    )
    return (
        *find_disagreements(held.router.units, units_at_training, files.units, today, OF_UNITS),
        *find_disagreements(held.router.categories, categories_at_training, files.categories, today, OF_CATEGORIES),
    )


def _unreadable(error: OSError) -> ArtifactError:
    return ArtifactError("files.not-readable", path=error.filename, reason=error.strerror)


def _state_of(paths: Iterable[str]) -> _State:
    """The states of the existing files. Paths are strings: pathlib would take longer than the system calls."""
    files = []
    for path in paths:
        try:
            stat = os.stat(path)  # noqa: PTH116
        except FileNotFoundError:
            continue
        files.append(_FileState(path, stat.st_size, stat.st_mtime_ns, stat.st_ino))
    return tuple(files)
