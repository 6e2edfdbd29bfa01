"""What the `pilah serve` command does."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import typer
import uvicorn

from data.errors import PilahError
from service.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.settings import Settings


def serve(settings: Settings) -> None:
    """Answer requests until interrupted.

    Raises:
        PilahError: the address is open to other machines, or can't be had.
    """
    app = create_app(settings)
    _refuse_strangers(settings, app)
    with _listening(settings.host, settings.port) as listener:
        # No access log: an address can carry what a person typed.
        config = uvicorn.Config(app, access_log=False, server_header=False, log_level="warning")
        typer.echo(f"Pilah answers for office {settings.office} at {_address(listener)} (stop with Ctrl-C)")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refuse_strangers(settings: Settings, app: FastAPI) -> None:
    if settings.loopback:
        return
    if settings.demonstration:
        raise PilahError("The demonstration signs everybody in, so it listens on 127.0.0.1 only.")
    with app.state.ledger.accounts() as accounts:
        if not accounts.any_user():
            raise PilahError(
                f"PILAH_HOST {settings.host!r} opens Pilah to other machines, and nobody can sign in yet. Make the first "
                f"user: pilah users add NAME --role administrator --office {settings.office}"
            )


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, opened here so that what is in the way is said in a sentence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PilahError(
            f"Can't listen on {host} port {port}: {error.strerror}. Stop what runs there, or choose another: PILAH_PORT={port + 1}"
        ) from None
    return listener
