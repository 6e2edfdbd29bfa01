"""The `pilah` command: the table of its commands, each imported when it is called.

This is the composition root, the only file that knows both training and service.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from data.errors import PilahError
from data.messages import terminal_language, terminal_message
from data.settings_file import load_settings_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.versions.office_home import Office

# Name: (module and function or group, help line). The help line is the first line of the function's docstring.
COMMANDS = {
    "check": (
        "training.commands.check:check_command",
        "Check an export for problems before a training: unread columns, missing weeks, likely wrong labels.",
    ),
    "start": (
        "training.commands.start:start_command",
        "Make an office's first version from its units and categories alone, without a labelled complaint.",
    ),
    "train": (
        "training.commands.train:train_command",
        "Learn from labelled exports, measure on the newest fifth, and write a model version.",
    ),
    "replay": (
        "training.commands.replay:replay_command",
        "Replay a history with weekly retraining on officers' decisions, and draw the learning curve.",
    ),
    "predict": (
        "training.commands.predict:predict_command",
        "Suggest the unit and the category for one text, or for every row of a file.",
    ),
    "evaluate": (
        "training.commands.evaluate:evaluate_command",
        "Measure the champion on labelled rows, best on months later than its training rows.",
    ),
    "drift": (
        "training.commands.drift:drift_command",
        "Compare the latest complaints and decisions with the champion's test slice, and report drift.",
    ),
    "watch": (
        "training.commands.watch:watch_command",
        "Watch a folder, and write suggestions beside every export that is dropped into it.",
    ),
    "units": (
        "training.commands.units:app",
        "Show the unit families that the champion found, and write every unit to a units.csv to edit.",
    ),
    "categories": (
        "training.commands.categories:app",
        "Show the categories of the champion and of categories.csv, and write them to a categories.csv to edit.",
    ),
    "models": (
        "training.commands.models:models_command",
        "List the model versions of an office with their figures, and every change of the champion.",
    ),
    "promote": (
        "training.commands.promote:promote_command",
        "Make a version the champion, which answers, unless it is significantly worse on the newest rows.",
    ),
    "rollback": (
        "training.commands.rollback:rollback_command",
        "Make the previous champion the champion again. Each rollback undoes one promotion.",
    ),
    "settings": (
        "service.operations.settings_command:settings_command",
        "List every setting with its value and purpose; a star marks values that aren't the default.",
    ),
    "doctor": (
        "service.operations.doctor:doctor_command",
        "Check this installation for problems. Exit status 1 where something is a problem.",
    ),
    "backup": (
        "service.operations.backup:backup_command",
        "Write models, history, the offices' own files and the ledger to one file, while Pilah keeps running.",
    ),
    "restore": (
        "service.operations.restore:restore_command",
        "Restore an installation from a backup, into an empty home and database. Stop the service first.",
    ),
    "retain": (
        "service.operations.retain:retain_command",
        "Delete complaints older than the retention period, from the ledger and from the history.",
    ),
    "learn": (
        "service.operations.learn:learn_command",
        "Train on officers' decisions, at any hour and once a week, and promote the version where it isn't worse.",
    ),
    "serve": (
        "service.operations.serve:serve_command",
        "Answer API requests and serve the officers' pages, for one office.",
    ),
    "demo": (
        "pilah:demo_command",
        "Train a sample office, if it has no model yet, and serve it on this machine only.",
    ),
    "rules": ("training.commands.rules:app", "The office's own rules in rules.csv."),
    "users": ("service.operations.accounts:users", "Who may sign in to an office's pages."),
    "keys": ("service.operations.accounts:keys", "Keys for the systems that call an office's API."),
}
SAMPLE_OFFICES = ("kumham", "kota")
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


class LazyCommand(TyperCommand):
    """A command with a name and a help line; the call imports its function."""

    def __init__(self, name: str, target: str, help_line: str) -> None:
        super().__init__(name, help=help_line)
        self._target = target

    def load(self) -> Any:  # noqa: ANN401 - Typer's classes of commands are private
        """The command or group itself."""
        module, _, name = self._target.partition(":")
        target = getattr(import_module(module), name)
        if isinstance(target, typer.Typer):
            return typer.main.get_command(target)
        single = typer.Typer(add_completion=False)
        single.command(self.name)(target)
        return typer.main.get_command(single)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401
        return self.load().make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """All commands of the table as lazy commands."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's own
        super().__init__(**attributes)
        for name, (target, help_line) in COMMANDS.items():
            self.add_command(LazyCommand(name, target, help_line))


@contextmanager
def decisions_of(office: Office, timezone: str) -> Iterator[Path]:
    """The office's decisions as a file, for `pilah train --from-ledger`: training can't import the service."""
    from service.ledger.training_rows import exported_training_rows  # noqa: PLC0415 - a command is imported when it is called
    from service.settings import read_settings  # noqa: PLC0415

    settings = read_settings(office=office.name, home=office.home, timezone=timezone)
    with exported_training_rows(settings) as decisions:
        typer.echo(terminal_message("operations.ledger-opened", database=settings.shown("database_url")), err=True)
        yield decisions


app = typer.Typer(
    cls=LazyGroup,
    context_settings={"obj": decisions_of},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def pilah() -> None:
    """Pilah suggests the responsible unit and the category of Indonesian public complaints. A person decides."""


def demo_command(
    office: Annotated[str, typer.Option("--office", help="Sample office: kumham or kota.")] = "kumham",
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; PILAH_PORT, else 8000.")] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of models and history; PILAH_HOME, else a per-user one.")
    ] = None,
) -> None:
    """Train a sample office, if it has no model yet, and serve it on this machine only."""
    from model.versions.office_home import Office  # noqa: PLC0415 - a command is imported when it is called
    from service.operations.demonstration import DEMONSTRATION_ROWS, demonstration_settings, fill_desk  # noqa: PLC0415
    from service.operations.serve import serve  # noqa: PLC0415

    if office not in SAMPLE_OFFICES:
        raise PilahError("operations.no-sample-office", office=office, offices=", ".join(SAMPLE_OFFICES))
    settings = demonstration_settings(office, port, home)
    place = Office(settings.home, office)
    if place.champion() is None:
        from training.sample_office import train_sample  # noqa: PLC0415

        typer.echo(terminal_message("operations.training-sample", office=office))
        train_sample(place, newest_left_out=DEMONSTRATION_ROWS)
    fill_desk(settings)
    serve(settings)


def main() -> None:
    """Run the command: errors that a person can act on become one line on stderr and exit 1; bugs keep the traceback."""
    try:
        if warning := load_settings_file(os.environ):
            typer.echo(warning.told_in(terminal_language()), err=True)
        app()
    except PilahError as error:
        _fail(error)
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            raise
        _fail(PilahError("operations.cannot-write", path=error.filename or "-", reason=error.strerror))
    except Exception as error:
        # Without this module no database was used.
        database = sys.modules.get("service.ledger.database")
        if database is None or not isinstance(error, database.UNAVAILABLE):
            raise
        _fail(PilahError("operations.database-unavailable"))


def _fail(error: PilahError) -> NoReturn:
    typer.echo(terminal_message("commands.error", message=error.told_in(terminal_language())), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
