"""The `pilah` command: the composition root, the only file that knows both training and service."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from data.errors import PilahError
from training.commands import add_commands

app = typer.Typer(
    help="Pilah suggests the responsible unit and the category of Indonesian public complaints. A person decides.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
add_commands(app)


def main() -> None:
    """Run the command; an error that a person can act on is one line on stderr and exit code 1, a bug keeps its traceback."""
    try:
        app()
    except PilahError as error:
        Console(stderr=True, soft_wrap=True).print(f"error: {error}", markup=False, highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
