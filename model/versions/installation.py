"""Where an installation keeps its files, and the office's timezone: read alike by every command and by the service."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from platformdirs import user_data_path

from model.errors import PilahError

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_TIMEZONE = "Asia/Jakarta"


def home_folder(given: Path | None = None) -> Path:
    """The folder given, with ~ as the user's own folder; without one the per-user folder.

    A shell expands ~ in an argument, but neither a shell nor a service manager does so in PILAH_HOME.

    Raises:
        PilahError: the folder begins with ~ and a user that this machine doesn't know.
    """
    if given is None:
        return user_data_path("pilah", appauthor=False)
    try:
        return given.expanduser()
    except RuntimeError:
        raise PilahError("model.home-of-unknown-user", home=given) from None


def zone_named(name: str) -> ZoneInfo:
    """The timezone of a name such as Asia/Jakarta.

    Raises:
        PilahError: there is no such timezone.
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise PilahError("model.timezone-unknown") from None
