"""What the `pilah serve` command does."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
import typer

from data.errors import PilahError
from service.app import create_app
from service.ledger.accounts import open_accounts
from service.observability.logs import configure_logs
from service.operations.workers import GracefulServer, run_workers
from service.settings import unknown_variables

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.settings import Settings

_LOG = structlog.stdlib.get_logger("pilah")


def serve(settings: Settings) -> None:
    """Answer requests until interrupted.

    Raises:
        PilahError: the address is open to other machines, or can't be had.
    """
    configure_logs(settings)
    for unknown in unknown_variables():
        _LOG.warning("unknown setting", variable=unknown.name, nearest=unknown.nearest)
    app = create_app(settings)
    _refuse_strangers(settings, app)
    with _listening(settings.host, settings.port) as listener:
        typer.echo(f"Pilah answers for office {settings.office} at {_address(listener)} (stop with Ctrl-C)")
        if settings.workers > 1:
            app.state.database.engine.dispose()
            run_workers(settings, listener)
        else:
            with suppress(KeyboardInterrupt):
                GracefulServer(app, settings).run(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refuse_strangers(settings: Settings, app: FastAPI) -> None:
    if settings.loopback:
        return
    if settings.demonstration:
        raise PilahError("The demonstration signs everybody in, so it listens on 127.0.0.1 only.")
    with open_accounts(app.state.database) as accounts:
        if not accounts.any_user():
            raise PilahError(
                f"PILAH_HOST {settings.host!r} opens Pilah to other machines, and nobody can sign in yet. Make the first "
                f"user: pilah users add NAME --role administrator --office {settings.office}"
            )


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, opened here so that what is in the way is said in a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by its number: asyncio sends an answer without delay (TCP_NODELAY) only where it reads TCP there, and
    # otherwise the second packet of every answer waits 40 ms for the client's receipt of the first.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PilahError(
            f"Can't listen on {host} port {port}: {error.strerror}. Stop what runs there, or choose another: PILAH_PORT={port + 1}"
        ) from None
    return listener
