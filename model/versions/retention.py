"""Delete versions that a schedule made: the newest stay, the last of each month, and every version that is needed.

A removed version leaves a line in removed.jsonl with its figures, so that lists can say what there was.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from model.errors import ArtifactError
from model.versions.artifact import read_card
from model.versions.promotions import champion_locked, previous_version

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from model.versions.office_home import Office

_LOG = "removed.jsonl"
_MONTH = slice(0, 6)


@dataclass(frozen=True, slots=True)
class RemovedVersion:
    """A line of the log: a version that was deleted, with the figures of its card; None where there were none."""

    at: str
    version: str
    rows: int | None
    unit_top_1: float | None
    category_top_1: float | None


def superfluous(versions: Sequence[str], *, newest: int, months: int, needed: Collection[str]) -> list[str]:
    """The versions that neither are among the newest, nor the last of one of the latest months, nor needed.

    >>> versions = [f"2026{month}{day}-010000-aaaaaa" for month in ("09", "10", "11") for day in ("06", "13", "20")]
    >>> [v[:8] for v in superfluous(versions, newest=2, months=2, needed=versions[:1])]
    ['20260913', '20260920', '20261006', '20261013', '20261106']
    """
    last_of_month = {version[_MONTH]: version for version in sorted(versions)}
    monthly = [last_of_month[month] for month in sorted(last_of_month)[::-1][:months]]
    kept = {*sorted(versions)[::-1][:newest], *monthly, *needed}
    return [version for version in sorted(versions) if version not in kept]


def remove_superfluous(
    office: Office, own: Collection[str], *, newest: int, months: int, needed: Collection[str] = ()
) -> list[str]:
    """Delete superfluous versions among `own`; the champion and the target of a rollback always stay.

    Raises:
        PilahError: another process changes the champion for more than half a minute.
    """
    with champion_locked(office):
        versions = office.versions()
        kept = {office.champion() or "", previous_version(office) or "", *needed}
        wanted = [
            version for version in superfluous(versions, newest=newest, months=months, needed=kept) if version in own
        ]
        for version in wanted:
            _remove(office, version)
    return wanted


def removed_versions(office: Office) -> list[RemovedVersion]:
    """The versions that were deleted, oldest deletion first."""
    try:
        lines = (office.versions_folder / _LOG).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    return [entry for line in lines if (entry := _entry(line)) is not None]


def _remove(office: Office, version: str) -> None:
    folder = office.versions_folder / version
    with (office.versions_folder / _LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(_of_card(office, version))) + "\n")
    # Renamed first: a half-deleted version must not be listed. A training removes what a crash leaves of both.
    unfinished = folder.with_name(f".unfinished-{version}")
    folder.rename(unfinished)
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(office.history_of(version), ignore_errors=True)


def _of_card(office: Office, version: str) -> RemovedVersion:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        card: dict[str, Any] = read_card(office.versions_folder / version)
    except ArtifactError:
        return RemovedVersion(at, version, None, None, None)
    unit, category = ((card["evaluation"][part] or {}).get("top_1") for part in ("unit", "category"))
    return RemovedVersion(at, version, card["data"]["rows"], unit, category)


def _entry(line: str) -> RemovedVersion | None:
    """A complete line; a process killed while writing leaves half a line."""
    try:
        return RemovedVersion(**json.loads(line))
    except (ValueError, TypeError):
        return None
