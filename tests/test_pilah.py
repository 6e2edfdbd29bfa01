"""The `pilah` command: its table of commands, what a call imports, and the language of its errors."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from pilah import COMMANDS, LazyCommand, app
from service.ledger.database import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

# Packages that learn or tabulate: too slow to import for a command that only answers.
_LEARNING = ("sklearn", "scipy.stats", "scipy.optimize", "pandas", "matplotlib", "dask")
_TABLES = ("pyarrow", "xlsxwriter", "python_calamine")
_SERVICE = ("fastapi", "uvicorn", "alembic", "jinja2", "prometheus_client")
_DATABASE = ("sqlalchemy",)
_FORBIDDEN = {
    "--help": ("numpy", "pydantic", "model", *_LEARNING, *_TABLES, *_SERVICE, *_DATABASE),
    "users list": ("numpy", *_LEARNING, *_TABLES, *_SERVICE),
    "keys list": ("numpy", *_LEARNING, *_TABLES, *_SERVICE),
    "settings": ("numpy", *_LEARNING, *_TABLES, *_SERVICE),
    "predict lampu": (*_LEARNING, *_TABLES, *_SERVICE, *_DATABASE, "rich"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_line_of_a_command_is_the_first_line_of_its_docstring(name: str) -> None:
    target, help_line = COMMANDS[name]
    module, _, attribute = target.partition(":")
    command = getattr(import_module(module), attribute)
    documentation = command.info.help if isinstance(command, typer.Typer) else inspect.getdoc(command)
    assert str(documentation).splitlines()[0] == help_line


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_of_its_own(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0
    assert COMMANDS[name][1] in shown.output
    for inner in getattr(LazyCommand(name, *COMMANDS[name]).load(), "commands", {}):
        assert CliRunner().invoke(app, [name, inner, "--help"]).exit_code == 0


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0
    assert [line for _, line in COMMANDS.values() if line not in shown.output] == []


@pytest.mark.parametrize("arguments", _FORBIDDEN)
def test_a_command_imports_only_what_it_needs(arguments: str, sample_home: Path, tmp_path: Path) -> None:
    program = (
        "import atexit, sys; from pilah import main; sys.argv = ['pilah', *sys.argv[1:]]; "
        "atexit.register(lambda: print('MODULES', *sorted(sys.modules))); main()"
    )
    url = f"sqlite:///{tmp_path}/pilah.db"
    open_ledger(url).dispose()
    environment = os.environ | {"PILAH_HOME": str(sample_home), "PILAH_DATABASE_URL": url}
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments.split()],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 0, ended.stderr
    imported = set(ended.stdout.split("MODULES ")[1].split())
    assert {name for name in _FORBIDDEN[arguments] if name in imported} == set()


@pytest.mark.parametrize(("language", "start"), [("id", "galat: Belajar dari apa?"), ("en", "error: What to learn")])
def test_an_error_is_told_in_the_language_of_the_terminal(language: str, start: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pilah", "train", "--office", "kota"],
        env=os.environ | {"PILAH_LANGUAGE": language},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr.startswith(start)) == (1, True)
