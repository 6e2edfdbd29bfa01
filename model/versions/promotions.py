"""Which version answers, and every change of that: a log that is only ever added to.

A change is written into the log first and takes effect with the champion file, which is replaced in one step. So a
process that dies in between leaves an entry that never took effect; it is known by its successor, or the champion file,
still naming the version before it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO

from model.errors import ArtifactMissing, PilahError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from model.versions.office_home import Office

_LOG = "promotions.jsonl"
_LOCK = "promotions.lock"
_LOCK_SECONDS = 30
_AGAIN_SECONDS = 0.02


class Action(StrEnum):
    """How a version came to answer."""

    FIRST = "first"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class ChampionChange:
    """One entry of the log: from `before` on to `version`; `findings` are what a forced promotion went against."""

    at: str
    action: Action
    before: str | None
    version: str
    by: str
    reason: str = ""
    forced: bool = False
    findings: list[str] = field(default_factory=list)


def log_file(office: Office) -> Path:
    """Where the log is: JSON Lines, one change a line."""
    return office.versions_folder / _LOG


@contextmanager
def champion_locked(office: Office) -> Iterator[None]:
    """Keeps every other change of the champion waiting; whoever decides by the champion in use decides inside.

    Raises:
        PilahError: another process has been changing it for half a minute.
    """
    office.versions_folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + _LOCK_SECONDS
    # The kernel lets go of it when the process ends, however it ends.
    with (office.versions_folder / _LOCK).open("ab") as file:
        while not _locked(file):
            if time.monotonic() > until:
                raise PilahError(
                    f"Another process is changing the champion of {office.name} and didn't end within {_LOCK_SECONDS} s. "
                    "Try again."
                )
            time.sleep(_AGAIN_SECONDS)
        yield


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def change_champion(
    office: Office,
    version: str,
    action: Action,
    *,
    by: str,
    reason: str = "",
    findings: Sequence[str] = (),
    forced: bool = False,
) -> ChampionChange:
    """Let a finished version answer from now on, and keep who wanted that and why. Call it inside `champion_locked`.

    Raises:
        ArtifactMissing: the office has no such version.
    """
    if version not in office.versions():
        raise ArtifactMissing(
            f"Office {office.name} has no version {version}. It has: {', '.join(office.versions()) or 'none'}"
        )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entry = ChampionChange(at, action, office.champion(), version, by, reason, forced, list(findings))
    _append(log_file(office), entry)
    office.set_champion(version)
    return entry


def make_first_champion(office: Office, version: str, by: str) -> bool:
    """Let an office's first version answer; false where another one does already."""
    with champion_locked(office):
        if office.champion() is not None:
            return False
        change_champion(office, version, Action.FIRST, by=by)
        return True


def champion_changes(office: Office) -> list[ChampionChange]:
    """The changes that took effect, oldest first."""
    entries = _entries(log_file(office))
    followed_by = [*(entry.before for entry in entries[1:]), office.champion()]
    # A champion that is neither side of an entry was put there by hand, after that entry took effect.
    return [entry for entry, before in zip(entries, followed_by, strict=False) if before != entry.before]


def previous_version(office: Office) -> str | None:
    """The version that answered before the champion: each rollback takes one promotion back."""
    stack: list[str] = []
    for entry in champion_changes(office):
        if entry.action is Action.ROLLBACK and entry.version in stack:
            del stack[_last(stack, entry.version) + 1 :]
            continue
        if entry.before is not None and stack[-1:] != [entry.before]:
            stack.append(entry.before)
        stack.append(entry.version)
    champion = office.champion()
    if champion in stack:
        del stack[_last(stack, champion) :]
    return stack[-1] if stack else None


def _last(stack: Sequence[str], version: str | None) -> int:
    return max(at for at, known in enumerate(stack) if known == version)


def _append(path: Path, entry: ChampionChange) -> None:
    line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() and not _ends_a_line(file):
            line = b"\n" + line  # a process died within its line: that one stays, and is no entry
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _entries(path: Path) -> list[ChampionChange]:
    """Every whole line of the log; half a line is what a process left that died while it wrote."""
    try:
        # Not splitlines: a reason may hold a character that Unicode counts as a line's end, such as U+2028.
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    return [entry for line in lines if (entry := _entry(line)) is not None]


def _entry(line: str) -> ChampionChange | None:
    try:
        read = json.loads(line)
        return ChampionChange(**{**read, "action": Action(read["action"])})
    except (ValueError, TypeError, KeyError):
        return None
