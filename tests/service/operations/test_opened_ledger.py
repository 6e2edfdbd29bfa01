"""Commands read the settings file, name their database, and only some make a ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from service.ledger.database import REVISIONS, connect, migrate, open_existing_ledger, open_ledger, revision_of

if TYPE_CHECKING:
    from collections.abc import Callable

_PILAH = Path(sys.executable).with_name("pilah")
_PASSWORD = "kata-sandi-uji"  # noqa: S105 - an invented one


def _pilah(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator does: the settings are in the file alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PILAH_")}
    return subprocess.run(
        [_PILAH, *arguments],
        env=kept | {"PILAH_SETTINGS_FILE": str(folder / "pilah.env"), "PILAH_LANGUAGE": "en"} | environment,
        input=f"{_PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def installed(tmp_path: Path, new_database: Callable[[str], str]) -> Path:
    """A folder with a settings file that names a home and a PostgreSQL database, without tables."""
    url = new_database("postgresql")
    settings = f"PILAH_HOME={tmp_path / 'home'}\nPILAH_DATABASE_URL='{url}'\n"
    (tmp_path / "pilah.env").write_text(settings, encoding="utf-8")
    return tmp_path


def test_a_backup_reads_the_ledger_of_the_settings_file(installed: Path) -> None:
    added = _pilah(installed, "users", "add", "rini", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    assert "Ledger: postgresql" in added.stderr
    assert _pilah(installed, "users", "list").stdout == "rini\tadministrator\n"
    saved = _pilah(installed, "backup", str(installed / "backup.tar.gz"))
    assert saved.returncode == 0, saved.stderr
    assert " 0 rows" not in saved.stdout
    assert "Ledger: postgresql" in saved.stderr
    shown = _pilah(installed, "settings")
    assert str(installed / "pilah.env") in shown.stderr
    assert not list(installed.rglob("pilah.db"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("backup", "BACKUP"),
        ("users", "list"),
        ("users", "password", "rini"),
        ("keys", "list"),
        ("retain", "--days", "9", "--dry-run"),
        ("train", "--from-ledger", "--office", "kumham"),
    ],
)
def test_a_command_that_needs_a_ledger_makes_none(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "pilah.env").write_text(f"PILAH_HOME={tmp_path / 'home'}\n", encoding="utf-8")
    target = tmp_path / "backup.tar.gz"
    refused = _pilah(tmp_path, *(str(target) if word == "BACKUP" else word for word in arguments))
    assert refused.returncode == 1
    assert f"There is no ledger in sqlite:///{tmp_path / 'home' / 'pilah.db'}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not target.exists()
    assert not list(tmp_path.rglob("*.db*"))


def test_a_backup_does_not_upgrade_the_ledger(installed: Path) -> None:
    url = (installed / "pilah.env").read_text(encoding="utf-8").split("'")[1]
    engine = connect(make_url(url))
    migrate(engine, REVISIONS[1])
    saved = _pilah(installed, "backup", str(installed / "backup.tar.gz"))
    assert saved.returncode == 0, saved.stderr
    with engine.connect() as connection:
        assert revision_of(connection) == REVISIONS[1]
    engine.dispose()


def test_a_database_without_a_ledger_is_left_as_it_is(empty_database_url: str) -> None:
    with pytest.raises(Exception, match="There is no ledger"):
        open_existing_ledger(empty_database_url)
    open_ledger(empty_database_url).dispose()
    open_existing_ledger(empty_database_url).dispose()


def test_a_databases_password_is_not_printed(installed: Path) -> None:
    url = make_url((installed / "pilah.env").read_text(encoding="utf-8").split("'")[1]).set(password=_PASSWORD)
    secret = {"PILAH_DATABASE_URL": url.render_as_string(hide_password=False)}
    told = _pilah(installed, "keys", "add", "SP4N", **secret)
    assert "***" in told.stderr
    assert _PASSWORD not in told.stderr + told.stdout
