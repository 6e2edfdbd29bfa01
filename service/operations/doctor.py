"""`pilah doctor`: check an installation for problems, without changing anything."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from data.errors import PilahError
from data.messages import Language, has_message, message, terminal_language
from model.versions.artifact import library_versions
from model.versions.office_home import Office
from service.jobs.deadlines import read_deadlines
from service.ledger.database import REVISIONS, connect, now, revision_of
from service.ledger.tables import StoredComplaint, User
from service.operations.ledger_dump import snapshot, tables_of
from service.operations.options import Home, OfficeName, settings_for
from service.settings import unknown_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from service.settings import Settings

_SUBJECTS = ("settings", "home", "room", "database", "users", "clock", "model", "office")
_MIB = 1 << 20
_LITTLE_ROOM_MIB = 2048
_NO_ROOM_MIB = 200
_OTHERS = 0o007
_EARLIEST_YEAR = 2025
_DRIFT_ALLOWED = timedelta(minutes=2)


class Level(StrEnum):
    """The levels of a finding, best first."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the check. Its sentences have the codes `operations.doctor-CODE` and `operations.doctor-CODE-advice`."""

    about: str
    level: Level
    code: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def found(self, language: Language = Language.ENGLISH) -> str:
        """The result as a sentence."""
        return message(f"operations.doctor-{self.code}", language, **self.fields)

    def advice(self, language: Language = Language.ENGLISH) -> str:
        """The next step as a sentence; blank where nothing is to be done."""
        code = f"operations.doctor-{self.code}-advice"
        return message(code, language, **self.fields) if has_message(code) else ""


def doctor_command(
    office: OfficeName = None,
    home: Home = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, in English.")] = False,
) -> None:
    """Check this installation for problems. Exit status 1 where something is a problem."""
    try:
        findings = examine(settings_for(office=office, home=home))
    except PilahError as error:
        findings = [_problem("settings", "error", error=error)]
    level = worst(findings)
    if as_json:
        listed = [
            {"about": finding.about, "level": finding.level, "found": finding.found(), "advice": finding.advice()}
            for finding in findings
        ]
        typer.echo(json.dumps({"status": level, "findings": listed}, indent=1))
    else:
        _print(findings, terminal_language())
    raise typer.Exit(int(level is Level.PROBLEM))


def _print(findings: list[Finding], language: Language) -> None:
    levels = {level: message(f"operations.level-{level}", language) for level in Level}
    subjects = {about: message(f"operations.about-{about}", language) for about in _SUBJECTS}
    width, subject_width = (max(map(len, labels.values())) for labels in (levels, subjects))
    for finding in findings:
        level, subject = levels[finding.level], subjects[finding.about]
        typer.echo(f"{level:<{width}}  {subject:<{subject_width}}  {finding.found(language)}")
        if advice := finding.advice(language):
            typer.echo(f"{'':<{width + subject_width + 4}}{advice}")


def examine(settings: Settings) -> list[Finding]:
    """Every finding about an installation, which stays unchanged."""
    return [finding for check in _CHECKS for finding in check(settings)]


def worst(findings: list[Finding]) -> Level:
    """The worst level of the findings."""
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index, default=Level.OK)


def _ok(about: str, code: str, **fields: object) -> Finding:
    return Finding(about, Level.OK, code, fields)


def _warning(about: str, code: str, **fields: object) -> Finding:
    return Finding(about, Level.WARNING, code, fields)


def _problem(about: str, code: str, **fields: object) -> Finding:
    return Finding(about, Level.PROBLEM, code, fields)


def _check_settings(settings: Settings) -> Iterator[Finding]:
    yield _ok("settings", "settings-valid", office=settings.office)
    for unknown in unknown_variables():
        yield _warning("settings", "unknown-setting", name=unknown.name, nearest=unknown.nearest)
    if settings.allowed_hosts and not settings.trusted_proxies:
        yield _warning("settings", "no-trusted-proxy")
    if settings.demonstration:
        level = _warning if settings.loopback else _problem
        yield level("settings", "demonstration")


def _check_home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.is_dir():
        yield _problem("home", "no-home", home=home)
        return
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        yield _problem("home", "home-not-writable", home=home, reason=error.strerror)
        return
    if home.stat().st_mode & _OTHERS:
        yield _warning("home", "home-open-to-others", home=home)
    else:
        yield _ok("home", "home-writable", home=home)
    unfinished = len(list(home.rglob(".unfinished-*")))
    if unfinished:
        yield _warning("home", "unfinished-files", count=unfinished, home=home)


def _check_room(settings: Settings) -> Iterator[Finding]:
    existing = next(path for path in (settings.home, *settings.home.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(existing).free // _MIB
    if free < _NO_ROOM_MIB:
        yield _problem("room", "no-room", free=free, home=settings.home)
    elif free < _LITTLE_ROOM_MIB:
        yield _warning("room", "little-room", free=free, home=settings.home)
    else:
        yield _ok("room", "room", free=free, home=settings.home)


def _check_database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.ledger_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield _warning("database", "no-database", database=shown)
        return
    engine = connect(url)
    try:
        with snapshot(engine) as connection:
            yield from _check_ledger(settings, connection, shown)
    except SQLAlchemyError as error:
        yield _problem("database", "database-unreadable", database=shown, error=type(error).__name__)
    finally:
        engine.dispose()


def _check_ledger(settings: Settings, connection: Connection, shown: str) -> Iterator[Finding]:
    revision, newest = revision_of(connection), REVISIONS[0]
    if revision is None:
        yield _warning("database", "database-empty", database=shown)
        return
    if revision not in REVISIONS:
        yield _problem("database", "schema-newer", database=shown, revision=revision)
        return
    if revision != newest:
        yield _warning("database", "schema-older", database=shown, revision=revision, newest=newest)
        return
    tables = len(tables_of(connection))
    yield _ok("database", "database-answers", database=shown, revision=revision, tables=tables)
    yield from _check_users(settings, connection)
    yield from _check_ledger_clock(connection)


def _check_users(settings: Settings, connection: Connection) -> Iterator[Finding]:
    in_use = select(func.count()).where(User.office == settings.office, User.disabled_at.is_(None))
    users = connection.scalar(in_use) or 0
    if users:
        yield _ok("users", "users", count=users, office=settings.office)
    elif settings.loopback:
        yield _warning("users", "no-users", office=settings.office)
    else:
        yield _problem("users", "no-users-but-open", host=settings.host, office=settings.office)


def _check_ledger_clock(connection: Connection) -> Iterator[Finding]:
    """Compare the clock with the last complaint, and with the database server's clock."""
    here = now()
    latest = connection.scalar(select(func.max(StoredComplaint.stored_at)))
    if latest is not None and latest > here + _DRIFT_ALLOWED:
        yield _problem("clock", "clock-behind-complaints", now=_minute(here), latest=_minute(latest))
    if connection.dialect.name == "postgresql":
        there = connection.scalar(select(func.clock_timestamp()))
        away = abs(datetime.now(UTC) - there) if there is not None else timedelta()
        if away > _DRIFT_ALLOWED:
            yield _warning("clock", "clock-off-server", seconds=away.total_seconds())


def _check_clock(settings: Settings) -> Iterator[Finding]:
    local = datetime.now(settings.zone)
    if local.year < _EARLIEST_YEAR:
        yield _problem("clock", "clock-wrong", now=_minute(local))
    else:
        yield _ok("clock", "clock", now=_minute(local), timezone=settings.timezone)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _check_model(settings: Settings) -> Iterator[Finding]:
    office = Office(settings.home, settings.office)
    try:
        version = office.champion()
        if version is None:
            yield _warning("model", "no-model", office=settings.office)
            return
        # Hashes, signature and libraries are checked before anything is unpickled.
        router, card = office.load_champion(settings.signing_key.get_secret_value(), precedents=False)
    except PilahError as error:
        yield _problem("model", "model-unusable", error=error)
        return
    except OSError as error:
        yield _problem("model", "model-unreadable", path=error.filename, reason=error.strerror)
        return
    libraries = ", ".join(f"{name} {installed}" for name, installed in library_versions().items())
    yield _ok("model", "model-valid", version=version, libraries=libraries)
    yield _ok("office", "office-files-valid", units=len(router.units), categories=len(router.categories))
    if datetime.fromisoformat(card["trained_at"]) > datetime.now(UTC) + _DRIFT_ALLOWED:
        yield _problem("clock", "model-from-future", trained_at=card["trained_at"])
    if not settings.signing_key.get_secret_value() and not settings.loopback:
        yield _warning("model", "model-unsigned")


def _check_calendar(settings: Settings) -> Iterator[Finding]:
    folder = Office(settings.home, settings.office).own_folder
    try:
        read_deadlines(folder)
    except PilahError as error:
        yield _problem("office", "calendar-invalid", error=error)
    else:
        yield _ok("office", "calendar-valid")


_CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _check_settings,
    _check_home,
    _check_room,
    _check_clock,
    _check_database,
    _check_model,
    _check_calendar,
)
