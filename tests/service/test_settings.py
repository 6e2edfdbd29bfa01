from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from data.errors import PilahError
from pilah import app
from service.settings import Settings, read_settings, unknown_variables, variable

_GUIDE = Path(__file__).parents[2] / "docs" / "operator.md"
SECRET = "rahasia-42"  # noqa: S105 - an invented one


def _row(field: str) -> str:
    """The expected line of a setting in the guide."""
    about = Settings.model_fields[field]
    default = about.get_default()
    if about.default_factory:
        shown = "a per-user folder"
    elif default == () or isinstance(default, SecretStr):
        shown = "empty"
    else:
        shown = f"`{default}`"
    return f"| `{variable(field)}` | {shown} | {about.description} |"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_the_operators_guide_has_every_setting_as_the_code_does(field: str) -> None:
    assert _row(field) in _GUIDE.read_text(encoding="utf-8").splitlines()


def test_the_operators_guide_has_no_unknown_setting() -> None:
    rows = [line for line in _GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `PILAH_")]
    assert len(rows) == len(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PILAH_PORT", SECRET, "valid integer"),
        ("PILAH_PORT", "70000", "65535"),
        ("PILAH_WORKERS", "0", "greater than or equal to 1"),
        ("PILAH_TIMEZONE", SECRET, "Asia/Jakarta"),
        ("PILAH_OFFICE", "../x", "a-z"),
        ("PILAH_LOG_LEVEL", SECRET, "'warning'"),
        ("PILAH_DATABASE_URL", f"mysql://pilah:{SECRET}@host/name", "postgresql+psycopg://"),
        ("PILAH_DATABASE_URL", f"host={SECRET}", "postgresql+psycopg://"),
        ("PILAH_ALLOWED_HOSTS", f"https://{SECRET}/", "without https://"),
        ("PILAH_SECURE_COOKIES", SECRET, "boolean"),
    ],
)
def test_an_invalid_setting_is_named_with_its_fault_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(PilahError) as caught:
        read_settings()
    assert f"{name} (" in str(caught.value)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


def test_all_invalid_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILAH_PORT", "x")
    monkeypatch.setenv("PILAH_TIMEZONE", "Mars/Olympus")
    with pytest.raises(PilahError, match=r"PILAH_TIMEZONE.*PILAH_PORT"):
        read_settings()


def test_an_unknown_variable_is_reported_with_the_nearest_setting() -> None:
    found = unknown_variables({"PILAH_PROT": "1", "PILAH_HOME": "/x", "PATH": "/bin", "PILAH_DATABASEURL": "x"})
    assert [tuple(unknown) for unknown in found] == [
        ("PILAH_DATABASEURL", "PILAH_DATABASE_URL"),
        ("PILAH_PROT", "PILAH_PORT"),
    ]


def test_settings_are_printed_without_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PILAH_SIGNING_KEY", SECRET)
    monkeypatch.setenv("PILAH_DATABASE_URL", f"postgresql+psycopg://pilah:{SECRET}@host/name")
    monkeypatch.setenv("PILAH_PROT", SECRET)
    printed = CliRunner().invoke(app, ["settings", "--home", str(tmp_path)])
    assert printed.exit_code == 0
    assert f"* PILAH_HOME={tmp_path}" in printed.output
    assert "postgresql+psycopg://pilah:***@host/name" in printed.output
    assert "PILAH_PORT meant?" in printed.output
    assert SECRET not in printed.output
