"""The model version in use, kept in memory for as long as its files stay as they were."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from model.errors import ArtifactError, PilahError
from model.history import history_file

if TYPE_CHECKING:
    from model.artifact import Card
    from model.registry import Office
    from model.router import Router


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version that was verified and read."""

    router: Router
    card: Card


@dataclass(frozen=True, slots=True)
class _FileState:
    name: str
    size: int
    changed_ns: int
    inode: int


# None: there is no champion.
_State = tuple[str, tuple[_FileState, ...]] | None


class Champion:
    """Holds the office's champion and follows its files.

    A version that appears, is promoted or is tampered with takes effect at the next request, without a restart. The
    weights are memory-mapped, so a file changed on disk is a model changed in memory: then nothing is answered with it
    until its hashes hold again. Between changes a request costs a few stat calls, also where loading failed.
    """

    def __init__(self, office: Office, signing_key: str = "") -> None:
        self._office = office
        self._signing_key = signing_key
        self._lock = Lock()
        self._seen: _State = None
        self._outcome: Loaded | ArtifactError | None = None

    def current(self) -> Loaded:
        """The champion, its files verified since they last changed.

        Raises:
            ArtifactError: there is none, or its files can't be trusted or read.
        """
        with self._lock:
            try:
                outcome = self._follow_files()
            except OSError as error:
                outcome = ArtifactError(
                    f"{error.filename} can't be read: {error.strerror}. Let this user read it, and try again."
                )
        if isinstance(outcome, ArtifactError):
            # Without the old trace, which would grow with every request.
            raise outcome.with_traceback(None)
        return outcome

    @property
    def version(self) -> str:
        """The version that answered last, without a look at its files; blank where there was none."""
        return self._outcome.router.version if isinstance(self._outcome, Loaded) else ""

    def _follow_files(self) -> Loaded | ArtifactError:
        state = self._state_of_files()
        if self._outcome is None or state != self._seen:
            self._outcome = self._load()
            self._seen = state
        return self._outcome

    def _load(self) -> Loaded | ArtifactError:
        try:
            router, card = self._office.load_champion(self._signing_key)
        except ArtifactError as error:
            return error
        except PilahError as error:
            # The office's own units.csv or rules.csv: no suggestion is better than one that breaks a rule.
            return ArtifactError(str(error))
        return Loaded(router, card)

    def _state_of_files(self) -> _State:
        version = self._office.champion()
        if version is None:
            return None
        folder = self._office.versions_folder / version
        if not folder.is_dir():
            return version, ()
        own = (
            self._office.own_folder / "units.csv",
            self._office.rules_file,
            history_file(self._office.history_folder),
        )
        files = []
        for path in (*sorted(folder.iterdir()), *(path for path in own if path.is_file())):
            stat = path.stat()
            files.append(_FileState(path.name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
        return version, tuple(files)
