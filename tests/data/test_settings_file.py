"""The settings file that commands and service share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import PilahError
from data.settings_file import VARIABLE, load_settings_file

SECRET = "rahasia-42"  # noqa: S105 - an invented one


def _read(folder: Path, text: str, **set_before: str) -> dict[str, str]:
    path = folder / "pilah.env"
    path.write_text(text, encoding="utf-8")
    environment = {VARIABLE: str(path), **set_before}
    assert load_settings_file(environment) is None
    del environment[VARIABLE]
    return environment


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("PILAH_HOME=/var/lib/pilah", "/var/lib/pilah"),
        ("  PILAH_HOME=/x y  ", "/x y"),
        ("PILAH_HOME='/x y'", "/x y"),
        ('PILAH_HOME="/x y"', "/x y"),
        (r"PILAH_HOME='a\b$c'", r"a\b$c"),
        ("PILAH_HOME=a#b $c ${PATH}", "a#b $c ${PATH}"),
        ("PILAH_HOME=", ""),
        ("\ufeffPILAH_HOME=x\r", "x"),
        ("# PILAH_OFFICE=kota\n; PILAH_OFFICE=kota\n\nPILAH_HOME=x", "x"),
    ],
)
def test_a_line_is_read_as_systemd_reads_it(tmp_path: Path, line: str, value: str) -> None:
    assert _read(tmp_path, f"{line}\n") == {"PILAH_HOME": value}


@pytest.mark.parametrize(
    "line",
    [
        f"export PILAH_HOME={SECRET}",
        f"PILAH_HOME {SECRET}",
        rf"PILAH_HOME={SECRET}\ ",
        f"PILAH_HOME='{SECRET}",
        f'A="{SECRET}$x"',
    ],
)
def test_a_line_that_readers_take_differently_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(PilahError) as caught:
        _read(tmp_path, f"# first\n{line}\n")
    assert "Line 2" in str(caught.value)
    assert SECRET not in str(caught.value)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="'\x85")))
def test_a_value_in_single_quotes_is_read_as_it_is(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    assert _read(tmp_path_factory.mktemp("settings"), f"PILAH_HOME='{value}'\n") == {"PILAH_HOME": value}


def test_the_environment_wins_also_with_an_empty_variable(tmp_path: Path) -> None:
    text = "PILAH_OFFICE=kota\nPILAH_DATABASE_URL=postgresql://host/name\n"
    read = _read(tmp_path, text, PILAH_OFFICE="kumham", PILAH_DATABASE_URL="")
    assert read == {"PILAH_OFFICE": "kumham", "PILAH_DATABASE_URL": ""}


def test_a_named_file_must_exist_and_the_usual_one_need_not(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="doesn't exist"):
        load_settings_file({VARIABLE: str(tmp_path / "none.env")})
    environment: dict[str, str] = {}
    assert load_settings_file(environment, tmp_path / "none.env") is None
    assert environment == {}


def test_the_usual_file_is_read_unless_the_variable_is_empty(tmp_path: Path) -> None:
    usual = tmp_path / "pilah.env"
    usual.write_text("PILAH_OFFICE=kota\n", encoding="utf-8")
    environment: dict[str, str] = {}
    load_settings_file(environment, usual)
    assert environment == {"PILAH_OFFICE": "kota", VARIABLE: str(usual)}
    without = {VARIABLE: ""}
    load_settings_file(without, usual)
    assert without == {VARIABLE: ""}


def test_the_usual_file_of_another_user_is_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    warning = load_settings_file({}, tmp_path / "pilah.env")
    assert "Permission denied" in str(warning)
    with pytest.raises(PilahError, match="Permission denied"):
        load_settings_file({VARIABLE: str(tmp_path / "pilah.env")})
