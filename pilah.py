"""The `pilah` command: the composition root, the only file that knows both training and service."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from pydantic import SecretStr
from rich.console import Console

from data.errors import PilahError
from model.versions.office_home import Office
from service.ledger.database import UNAVAILABLE
from service.ledger.training_rows import lessons
from service.operations.account_commands import keys, retain_command, users
from service.operations.demonstration import DEMONSTRATION_ROWS, fill_desk
from service.operations.operator_commands import add_operator_commands
from service.operations.serve import serve
from service.settings import Settings, read_settings
from training.commands.main import add_commands
from training.commands.sample_office import train_sample

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

SAMPLE_OFFICES = ("kumham", "kota")
_DISK_SAYS_NO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


def decisions_of(place: Office) -> AbstractContextManager[Path]:
    """The office's decisions as a file: `pilah train --from-ledger` asks for it, and may not know the service."""
    return lessons(_settings(place.name, None, None, place.home))


app = typer.Typer(
    context_settings={"obj": decisions_of},
    help="Pilah suggests the responsible unit and the category of Indonesian public complaints. A person decides.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
add_commands(app)
add_operator_commands(app)
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
app.command("retain")(retain_command)

HostName = Annotated[str | None, typer.Option("--host", help="Address to listen on; PILAH_HOST, else 127.0.0.1.")]
PortNumber = Annotated[int | None, typer.Option("--port", help="Port to listen on; PILAH_PORT, else 8000.")]
WorkerCount = Annotated[
    int | None, typer.Option("--workers", help="Processes that answer; PILAH_WORKERS, else 1. They share one model.")
]
OfficeName = Annotated[str | None, typer.Option("--office", help="Office to answer for; PILAH_OFFICE, else kumham.")]
Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of models and history; PILAH_HOME, else a per-user one.")
]


@app.command("serve")
def serve_command(
    office: OfficeName = None,
    host: HostName = None,
    port: PortNumber = None,
    home: Home = None,
    workers: WorkerCount = None,
) -> None:
    """Answer POST /v1/predictions and show the officer's page, for one office.

    Starts without a model too: it then answers 503 and says what to do, and takes up the first model that is trained.
    """
    serve(_settings(office, host, port, home, workers))


@app.command("demo")
def demo_command(
    office: Annotated[str, typer.Option("--office", help="Sample office: kumham or kota.")] = "kumham",
    port: PortNumber = None,
    home: Home = None,
) -> None:
    """Train a sample office on the spot, if it isn't yet, and serve it on this machine only."""
    if office not in SAMPLE_OFFICES:
        raise PilahError(f"There is no sample office {office!r}. Take one of: {', '.join(SAMPLE_OFFICES)}")
    settings = _settings(office, "127.0.0.1", port, home)
    # Invented complaints and real ones never share a database.
    settings = settings.model_copy(
        update={
            "database_url": SecretStr(f"sqlite:///{(settings.home / f'sample-{office}.db').resolve()}"),
            "demonstration": True,
        }
    )
    place = Office(settings.home, office)
    if place.champion() is None:
        typer.echo(f"Training the sample office {office} from invented complaints ...")
        train_sample(place, newest_left_out=DEMONSTRATION_ROWS)
    fill_desk(settings)
    serve(settings)


def main() -> None:
    """Run the command; an error that a person can act on is one line on stderr and exit 1, a bug keeps its traceback."""
    try:
        app()
    except PilahError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in _DISK_SAYS_NO:
            raise
        where = error.filename or "a file"
        _fail(
            f"{where} can't be written: {error.strerror}. Nothing was half written. Make room or give leave, and run it again."
        )
    except UNAVAILABLE:
        _fail(
            "The ledger's database went away, or can't write. Nothing was changed. See that it runs and has room, and run it again."
        )


def _fail(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"error: {message}", markup=False, highlight=False)
    sys.exit(1)


def _settings(
    office: str | None, host: str | None, port: int | None, home: Path | None, workers: int | None = None
) -> Settings:
    given = {"office": office, "host": host, "port": port, "home": home, "workers": workers}
    return read_settings(**{name: value for name, value in given.items() if value is not None})


if __name__ == "__main__":
    main()
