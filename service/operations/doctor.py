"""`pilah doctor`: is this installation as it should be? It looks and never mends."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from data.errors import PilahError
from model.versions.artifact import library_versions
from model.versions.office_home import Office
from service.jobs.deadlines import read_deadlines
from service.ledger.database import REVISIONS, connect, now, revision_of
from service.ledger.tables import StoredComplaint, User
from service.operations.ledger_dump import snapshot, tables_of
from service.settings import unknown_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from service.settings import Settings

_MIB = 1 << 20
_LITTLE_ROOM_MIB = 2048
_NO_ROOM_MIB = 200
_OTHERS = 0o007
_EARLIEST_YEAR = 2025
_DRIFT_ALLOWED = timedelta(minutes=2)


class Level(StrEnum):
    """How things stand, the better first."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, and what to do where it isn't well."""

    about: str
    level: Level
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every finding about an installation; nothing in it is changed."""
    return [finding for look in _LOOKS for finding in look(settings)]


def worst(findings: list[Finding]) -> Level:
    """The level of the worst of them."""
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index, default=Level.OK)


def _ok(about: str, found: str) -> Finding:
    return Finding(about, Level.OK, found)


def _warning(about: str, found: str, advice: str) -> Finding:
    return Finding(about, Level.WARNING, found, advice)


def _problem(about: str, found: str, advice: str) -> Finding:
    return Finding(about, Level.PROBLEM, found, advice)


def _look_at_settings(settings: Settings) -> Iterator[Finding]:
    yield _ok("settings", f"all can be used; office {settings.office}")
    for unknown in unknown_variables():
        yield _warning("settings", f"{unknown.name} is no setting", f"Was {unknown.nearest} meant? Rename or unset it.")
    if settings.demonstration:
        level = _warning if settings.loopback else _problem
        yield level("settings", "PILAH_DEMONSTRATION signs everybody in", "Unset it where real complaints are.")


def _look_at_home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.is_dir():
        yield _problem(
            "home", f"there is no folder {home}", "Make it for the user that Pilah runs as, or set PILAH_HOME."
        )
        return
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        yield _problem("home", f"{home} can't be written: {error.strerror}", "Give it to the user that Pilah runs as.")
        return
    if home.stat().st_mode & _OTHERS:
        yield _warning("home", f"every user of this machine may look into {home}", f"chmod o-rwx {home}")
    else:
        yield _ok("home", f"{home} can be written, by nobody else")
    left = [path.name for path in home.rglob(".unfinished-*")]
    if left:
        yield _warning(
            "home",
            f"{len(left)} unfinished files lie in {home}: something was cut off, or is at work now",
            "Delete what is named .unfinished-… once nothing is at work.",
        )


def _look_at_room(settings: Settings) -> Iterator[Finding]:
    place = next(path for path in (settings.home, *settings.home.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(place).free // _MIB
    found = f"{free:,} MiB are free where {settings.home} is"
    if free < _NO_ROOM_MIB:
        yield _problem("room", found, "Make room: complaints can't be kept without.")
    elif free < _LITTLE_ROOM_MIB:
        yield _warning("room", found, "Make room: a training writes a new model beside the old ones.")
    else:
        yield _ok("room", found)


def _look_at_database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.ledger_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield _warning("database", f"{shown} isn't there yet", "`pilah serve` makes it; nothing to do in a new home.")
        return
    engine = connect(url)
    try:
        with snapshot(engine) as connection:
            yield from _look_at_ledger(settings, connection, shown)
    except SQLAlchemyError as error:
        yield _problem(
            "database",
            f"{shown} can't be read ({type(error).__name__})",
            "Does it run, is the address right, may this user read it? Its own log says more.",
        )
    finally:
        engine.dispose()


def _look_at_ledger(settings: Settings, connection: Connection, shown: str) -> Iterator[Finding]:
    revision, newest = revision_of(connection), REVISIONS[0]
    if revision is None:
        yield _warning("database", f"{shown} is empty", "`pilah serve` makes its tables; nothing to do in a new one.")
        return
    if revision not in REVISIONS:
        yield _problem(
            "database",
            f"{shown} has schema {revision}, newer than this Pilah's",
            "Run the Pilah that made it, or a newer one.",
        )
        return
    if revision != newest:
        yield _warning(
            "database",
            f"{shown} has schema {revision}, this Pilah's is {newest}",
            "Make a backup: the next start brings it forward.",
        )
        return
    yield _ok("database", f"{shown} answers, schema {revision}, {len(tables_of(connection))} tables")
    yield from _look_at_users(settings, connection)
    yield from _look_at_clock(connection)


def _look_at_users(settings: Settings, connection: Connection) -> Iterator[Finding]:
    in_use = select(func.count()).where(User.office == settings.office, User.disabled_at.is_(None))
    users = connection.scalar(in_use) or 0
    if users:
        yield _ok("users", f"{users} may sign in to {settings.office}")
        return
    add = f"pilah users add NAME --role administrator --office {settings.office}"
    if settings.loopback:
        yield _warning("users", "nobody may sign in; whoever is on this machine may call the API", add)
    else:
        yield _problem("users", f"PILAH_HOST {settings.host} is open to other machines, and nobody may sign in", add)


def _look_at_clock(connection: Connection) -> Iterator[Finding]:
    """The clock beside what can't be later than now: the last complaint, and the database server's own clock."""
    here = now()
    latest = connection.scalar(select(func.max(StoredComplaint.stored_at)))
    if latest is not None and latest > here + _DRIFT_ALLOWED:
        yield _problem(
            "clock",
            f"it is {here:%Y-%m-%d %H:%M} UTC, and a complaint was kept at {latest:%Y-%m-%d %H:%M}",
            "Set the clock; use NTP.",
        )
    if connection.dialect.name == "postgresql":
        there = connection.scalar(select(func.clock_timestamp()))
        away = abs(datetime.now(UTC) - there) if there is not None else timedelta()
        if away > _DRIFT_ALLOWED:
            yield _warning("clock", f"the database server's is {away.total_seconds():.0f} s away", "Use NTP on both.")


def _look_at_time(settings: Settings) -> Iterator[Finding]:
    local = datetime.now(settings.zone)
    if local.year < _EARLIEST_YEAR:
        yield _problem("clock", f"it says {local:%Y-%m-%d}", "Set the clock; use NTP.")
    else:
        yield _ok("clock", f"{local:%Y-%m-%d %H:%M} in {settings.timezone}: is that the time at the office?")


def _look_at_model(settings: Settings) -> Iterator[Finding]:
    office = Office(settings.home, settings.office)
    libraries = ", ".join(f"{name} {version}" for name, version in library_versions().items())
    try:
        version = office.champion()
        if version is None:
            yield _warning("model", "none is trained yet", f"pilah train FILE --office {settings.office}")
            return
        # Hashes, signature and libraries are checked before anything is unpickled.
        router, card = office.load_champion(settings.signing_key.get_secret_value(), precedents=False)
    except PilahError as error:
        yield _problem("model", str(error), "Until then Pilah answers 503.")
        return
    except OSError as error:
        yield _problem("model", f"{error.filename} can't be read: {error.strerror}", "Let this user read it.")
        return
    yield _ok("model", f"{version} is whole and fits {libraries}")
    yield _ok("office", f"units.csv and rules.csv go with it: {len(list(router.units))} units")
    if datetime.fromisoformat(card["trained_at"]) > datetime.now(UTC) + _DRIFT_ALLOWED:
        yield _problem(
            "clock", f"the model was trained at {card['trained_at']}, which is still to come", "Set the clock."
        )
    if not settings.signing_key.get_secret_value() and not settings.loopback:
        yield _warning(
            "model",
            "it isn't signed: whoever can write into PILAH_HOME can exchange it",
            "Set PILAH_SIGNING_KEY and train again, or see that nobody else can write there.",
        )


def _look_at_calendar(settings: Settings) -> Iterator[Finding]:
    folder = Office(settings.home, settings.office).own_folder
    try:
        read_deadlines(folder)
    except PilahError as error:
        yield _problem("office", str(error), "Pilah doesn't start until it is mended.")
    else:
        yield _ok("office", "office.toml and holidays.csv can be read, or aren't there")


_LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _look_at_settings,
    _look_at_home,
    _look_at_room,
    _look_at_time,
    _look_at_database,
    _look_at_model,
    _look_at_calendar,
)
