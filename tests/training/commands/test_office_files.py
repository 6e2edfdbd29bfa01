"""Office files as Excel saves them, and broken ones, in the commands that read them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.errors import PilahError
from model.versions.office_home import Office
from pilah import app
from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "predict": ["predict", "lampu padam"],
    "units": ["units"],
    "categories": ["categories"],
    "rules check": ["rules", "check"],
    "rules test": ["rules", "test"],
    "doctor": ["doctor"],
}
# Windows-1252 has é, and no Windows-1252 text with it is UTF-8.
_AS_EXCEL = {
    "units.csv": "id;name;description\r\nkafe;Dinas Kafé;urusan kafé\r\n",
    "categories.csv": "id;nama;uraian\r\nkafe;Kafé;izin kafé\r\n",
    "rules.csv": "words;action;unit;reason\r\nkafé;pin;kafe;aturan kafé\r\n",
    "holidays.csv": "date;name\r\n2025-03-31;Libur kafé\r\n",
}
_BROKEN = {
    "units.csv": ("id,name,valid_from\r\nkafe,Dinas Kafé,31/12/2024\r\n", "row 2, column valid_from"),
    "categories.csv": ("id,name,valid_to\r\nkafe,Kafé,31/12/2024\r\n", "row 2, column valid_to"),
    "rules.csv": ("words,action,unit,reason\r\nkafé,terbang,x,y\r\n", "row 2"),
}


@pytest.fixture
def office(sample_home: Path, tmp_path: Path) -> Office:
    """A copy of the sample office, without the ledger."""
    shutil.copytree(sample_home, tmp_path / "home", ignore=shutil.ignore_patterns("*.db*"))
    place = Office(tmp_path / "home", "kumham")
    place.own_folder.mkdir(parents=True, exist_ok=True)
    return place


def _write(office: Office, name: str, content: str) -> Path:
    path = office.own_folder / name
    path.write_bytes(content.encode("windows-1252"))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_excel_saved_as_windows_1252_are_read(office: Office, command: str) -> None:
    units = office.load_champion(precedents=False)[0].units
    rows = "".join(f"{unit.id};{unit.name};\r\n" for unit in units)
    for name, content in _AS_EXCEL.items():
        _write(office, name, content + (rows if name == "units.csv" else ""))
    result = CliRunner().invoke(app, [*COMMANDS[command], "--office", "kumham", "--home", str(office.home)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    if command == "doctor":
        assert "problem  office" not in result.output
        assert "problem  model" not in result.output
    else:
        assert result.exit_code == 0, result.output
    assert next(iter(office.units())).name == "Dinas Kafé"


@pytest.mark.parametrize("name", _BROKEN)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_file_is_named_with_its_row(office: Office, command: str, name: str) -> None:
    content, place = _BROKEN[name]
    path = _write(office, name, content)
    result = CliRunner().invoke(app, [*COMMANDS[command], "--office", "kumham", "--home", str(office.home)])
    assert result.exit_code == 1
    if command == "doctor":
        assert f"{path}, {place}" in result.output
    else:
        assert isinstance(result.exception, PilahError)
        assert f"{path}, {place}" in str(result.exception)


def test_the_service_starts_with_files_that_excel_saved(office: Office) -> None:
    _write(
        office, "rules.csv", "words;action;unit;reason\r\nkafé;forbid;bpn;aturan kafé\r\n".replace("bpn", _unit(office))
    )
    _write(office, "holidays.csv", _AS_EXCEL["holidays.csv"])
    with TestClient(create_app(Settings(home=office.home)), base_url="http://127.0.0.1") as client:
        assert client.get("/readyz").status_code == 200


def test_the_service_names_the_row_of_a_broken_calendar_and_does_not_start(office: Office) -> None:
    path = _write(office, "holidays.csv", "date;name\r\nbesok;Libur kafé\r\n")
    with pytest.raises(PilahError) as caught:
        create_app(Settings(home=office.home))
    assert f"{path}, row 2, column date" in str(caught.value)


def _unit(office: Office) -> str:
    return next(iter(office.load_champion(precedents=False)[0].units)).id
