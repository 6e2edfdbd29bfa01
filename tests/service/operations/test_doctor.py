"""What `pilah doctor` sees: each fault is made, and found with what to do about it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from model.versions.artifact import ROUTER
from model.versions.office_home import Office
from pilah import app
from service.ledger.access.accounts import open_accounts
from service.ledger.database import Database, connect, migrate, open_ledger
from service.operations.doctor import Level, examine, worst
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD = "kata-sandi-uji"  # noqa: S105 - of an invented user


@pytest.fixture
def sound(sample_home: Path, tmp_path: Path) -> Settings:
    """An installation without a fault."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("*.db*"))
    home.chmod(0o700)
    settings = Settings(home=home)
    engine = open_ledger(settings.ledger_url)
    with open_accounts(Database(engine, "kumham")) as accounts:
        accounts.add_user("rini", "administrator", PASSWORD, "test")
    engine.dispose()
    return settings


def _faults(settings: Settings) -> list[tuple[str, Level, str]]:
    return [
        (finding.about, finding.level, f"{finding.found()} {finding.advice()}")
        for finding in examine(settings)
        if finding.level is not Level.OK
    ]


def _execute(settings: Settings, statement: str, **values: object) -> None:
    engine = connect(make_url(settings.ledger_url))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def test_a_sound_installation_has_nothing_to_be_said_against(sound: Settings) -> None:
    assert _faults(sound) == []
    about = {finding.about for finding in examine(sound)}
    assert about == {"settings", "home", "room", "clock", "database", "users", "model", "office"}


def test_the_command_says_so_line_by_line_and_in_json(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner().invoke
    assert run(app, ["doctor", "--home", str(sound.home)]).exit_code == 0
    found = json.loads(run(app, ["doctor", "--home", str(sound.home), "--json"]).stdout)
    assert found["status"] == "ok"
    monkeypatch.setenv("PILAH_PORT", "x")
    broken = run(app, ["doctor", "--home", str(sound.home)])
    assert (broken.exit_code, broken.output.startswith("problem  settings  ")) == (1, True)
    assert "PILAH_PORT" in broken.output


def test_it_changes_nothing(sound: Settings) -> None:
    (sound.home / "pilah.db").unlink()
    before = sorted(sound.home.rglob("*"))
    examine(sound)
    assert sorted(sound.home.rglob("*")) == before


def _model_cut_short(settings: Settings) -> None:
    office = Office(settings.home, "kumham")
    with (office.versions_folder / str(office.champion()) / ROUTER).open("r+b") as file:
        file.truncate(1000)


def _other_libraries(settings: Settings) -> None:
    office = Office(settings.home, "kumham")
    manifest = office.versions_folder / str(office.champion()) / "MANIFEST.json"
    changed = json.loads(manifest.read_text(encoding="utf-8"))
    changed["libraries"]["scikit-learn"] = "0.1.0"
    manifest.write_text(json.dumps(changed), encoding="utf-8")


def _write(name: str, content: str) -> Callable[[Settings], None]:
    def write(settings: Settings) -> None:
        (settings.home / "offices" / "kumham" / name).write_text(content, encoding="utf-8")

    return write


def _no_model(settings: Settings) -> None:
    shutil.rmtree(settings.home / "models")


def _open_home(settings: Settings) -> None:
    settings.home.chmod(0o755)


def _left_over(settings: Settings) -> None:
    (settings.home / ".unfinished-x").touch()


def _newer_schema(settings: Settings) -> None:
    _execute(settings, "UPDATE alembic_version SET version_num = '9999'")


def _broken_database(settings: Settings) -> None:
    (settings.home / "pilah.db").write_bytes(b"no database " * 1000)


def _nobody(settings: Settings) -> None:
    _execute(settings, "DELETE FROM users")


def _later(settings: Settings) -> None:
    _execute(
        settings,
        "INSERT INTO complaints (id, office, reference_id, revision, received_at, stored_at, waiting, title, text, "
        "confidential, group_id, known_share, fields) VALUES ('c', 'kumham', 'r', 1, :at, :at, 1, '', '', 0, 'c', 1, '{}')",
        at=datetime(2099, 1, 1),  # noqa: DTZ001 - as the columns hold it
    )


@pytest.mark.parametrize(
    ("spoil", "about", "level", "said"),
    [
        (_model_cut_short, "model", Level.PROBLEM, "changed after training"),
        (_other_libraries, "model", Level.PROBLEM, "scikit-learn 0.1.0"),
        (_no_model, "model", Level.WARNING, "pilah train"),
        (_write("rules.csv", "kata,aksi,unit\nx,terbang,y\n"), "model", Level.PROBLEM, "rules.csv"),
        (_write("units.csv", "id,nama\n"), "model", Level.PROBLEM, "units.csv"),
        (_write("office.toml", "[deadlines\n"), "office", Level.PROBLEM, "office.toml"),
        (_open_home, "home", Level.WARNING, "chmod o-rwx"),
        (_left_over, "home", Level.WARNING, ".unfinished-"),
        (_newer_schema, "database", Level.PROBLEM, "newer"),
        (_broken_database, "database", Level.PROBLEM, "can't be read"),
        (_nobody, "users", Level.WARNING, "pilah users add"),
        (_later, "clock", Level.PROBLEM, "NTP"),
    ],
)
def test_a_fault_is_found_and_said_with_what_to_do(
    sound: Settings, spoil: Callable[[Settings], None], about: str, level: Level, said: str
) -> None:
    spoil(sound)
    assert [(where, how) for where, how, _ in _faults(sound)] == [(about, level)]
    assert said in _faults(sound)[0][2]


def test_an_address_that_others_reach_needs_users_and_a_signed_model(sound: Settings) -> None:
    _nobody(sound)
    exposed = sound.model_copy(update={"host": "10.0.0.1", "demonstration": True})
    found = {(about, level) for about, level, _ in _faults(exposed)}
    assert found == {("users", Level.PROBLEM), ("model", Level.WARNING), ("settings", Level.PROBLEM)}


def test_little_room_is_a_warning_and_none_a_problem(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((1000 << 20, Level.WARNING), (100 << 20, Level.PROBLEM)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, free=free: shutil._ntuple_diskusage(1, 1, free))  # noqa: SLF001
        assert [(about, how) for about, how, _ in _faults(sound)] == [("room", level)]


def test_a_home_that_is_not_there_or_not_ours_is_a_problem(sound: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = sound.model_copy(update={"home": sound.home / "nowhere"})
    assert ("home", Level.PROBLEM) in {(about, level) for about, level, _ in _faults(missing)}

    def refuse(**_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert worst(examine(sound)) is Level.PROBLEM


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_earlier_schema_and_an_empty_database_are_told_on_either(
    sound: Settings, new_database: Callable[[str], str], kind: str
) -> None:
    settings = sound.model_copy(update={"database_url": SecretStr(new_database(kind))})
    engine = connect(make_url(settings.ledger_url))
    with engine.connect():
        # SQLite makes its file.
        pass
    assert [(about, level) for about, level, _ in _faults(settings)] == [("database", Level.WARNING)]
    migrate(engine, "0001")
    ((about, level, said),) = _faults(settings)
    assert (about, level) == ("database", Level.WARNING)
    assert "backup" in said
    migrate(engine)
    engine.dispose()
    assert {about for about, _, _ in _faults(settings)} == {"users"}


def test_a_proxy_whose_forwarded_addresses_do_not_count_is_warned_about(sound: Settings) -> None:
    behind = sound.model_copy(update={"allowed_hosts": ("pilah.example.go.id",)})
    assert [text for *_, text in _faults(behind) if "PILAH_TRUSTED_PROXIES" in text]
    assert _faults(behind.model_copy(update={"trusted_proxies": ("127.0.0.1",)})) == []
