"""The log of promotions: every change of an office's champion, oldest first, only ever appended to.

A change is logged first and takes effect when the champion file is replaced. After a crash between both steps the log
ends with a void entry, recognised by the next entry, or the champion file, still naming the version before.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO

from data.messages import Sentence
from model.errors import ArtifactMissing, PilahError
from model.versions.file_lock import lock_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from model.versions.office_home import Office

_LOG = "promotions.jsonl"
_LOCK = "promotions.lock"
_TIMEOUT_SECONDS = 30


class Action(StrEnum):
    """The reason why a version became champion."""

    FIRST = "first"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class ChampionChange:
    """An entry of the log: the champion changed from `before` to `version`.

    `findings` are the objections of the comparison, overruled by a forced promotion.
    """

    at: str
    action: Action
    before: str | None
    version: str
    by: str
    reason: str = ""
    forced: bool = False
    findings: list[str] = field(default_factory=list)


def log_file(office: Office) -> Path:
    """The path of the log, in JSON Lines."""
    return office.versions_folder / _LOG


@contextmanager
def champion_locked(office: Office) -> Iterator[None]:
    """Hold the lock on an office's champion while reading, comparing and changing the champion.

    Raises:
        PilahError: another process holds the lock for more than half a minute.
    """
    office.versions_folder.mkdir(parents=True, exist_ok=True)
    with (office.versions_folder / _LOCK).open("ab") as file:
        if not lock_file(file.fileno(), _TIMEOUT_SECONDS):
            raise PilahError("model.champion-locked", office=office.name, seconds=_TIMEOUT_SECONDS)
        yield


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
    """Make a finished version the champion and log by whom and why. Call it inside `champion_locked`.

    Raises:
        ArtifactMissing: the office has no such version.
    """
    versions = office.versions()
    if version not in versions:
        known = tuple(versions) or Sentence("model.none")
        raise ArtifactMissing("model.version-missing", office=office.name, version=version, versions=known)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    entry = ChampionChange(at, action, office.champion(), version, by, reason, forced, list(findings))
    _append(log_file(office), entry)
    office.set_champion(version)
    return entry


def make_first_champion(office: Office, version: str, by: str) -> bool:
    """Make an office's first version the champion; False where the office has a champion already."""
    with champion_locked(office):
        if office.champion() is not None:
            return False
        change_champion(office, version, Action.FIRST, by=by)
        return True


def champion_changes(office: Office) -> list[ChampionChange]:
    """The changes that took effect, oldest first."""
    entries = _entries(log_file(office))
    followed_by = [*(entry.before for entry in entries[1:]), office.champion()]
    # A champion on neither side of an entry was written by hand after the entry took effect.
    return [entry for entry, before in zip(entries, followed_by, strict=False) if before != entry.before]


def previous_version(office: Office) -> str | None:
    """The target of a rollback: each rollback undoes one promotion. A version that was removed since is passed over."""
    stack: list[str] = []
    for entry in champion_changes(office):
        if entry.action is Action.ROLLBACK and entry.version in stack:
            del stack[_last_index(stack, entry.version) + 1 :]
            continue
        if entry.before is not None and stack[-1:] != [entry.before]:
            stack.append(entry.before)
        stack.append(entry.version)
    champion = office.champion()
    if champion in stack:
        del stack[_last_index(stack, champion) :]
    versions = office.versions()
    return next((version for version in reversed(stack) if version in versions), None)


def _last_index(stack: Sequence[str], version: str | None) -> int:
    return max(i for i, known in enumerate(stack) if known == version)


def _append(path: Path, entry: ChampionChange) -> None:
    line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() and not _ends_a_line(file):
            line = b"\n" + line  # after the half line of a killed process
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _entries(path: Path) -> list[ChampionChange]:
    """The complete lines of the log; a process killed while writing leaves half a line."""
    try:
        # Not splitlines: a reason may contain other line ends of Unicode, such as U+2028.
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
