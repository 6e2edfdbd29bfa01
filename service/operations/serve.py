"""`pilah serve`: answer API requests and serve the officers' pages."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from data.errors import PilahError
from data.messages import terminal_message
from service.app import create_app
from service.ledger.access.accounts import SETUP_ADDRESS, SETUP_LINK_VALID_FOR, open_accounts
from service.observability.logs import configure_logs
from service.operations.options import Home, OfficeName, settings_for
from service.operations.workers import GracefulServer, run_workers
from service.settings import unknown_variables

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.settings import Settings

_HOUR = timedelta(hours=1)
_LOG = structlog.stdlib.get_logger("pilah")


def serve_command(
    office: OfficeName = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; PILAH_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; PILAH_PORT, else 8000.")] = None,
    home: Home = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Worker processes; PILAH_WORKERS, else 1. They share one model.")
    ] = None,
) -> None:
    """Answer API requests and serve the officers' pages, for one office.

    Starts without a model too: requests then get 503 and the next step, and the first trained model is loaded without a
    restart.
    """
    serve(settings_for(office=office, host=host, port=port, home=home, workers=workers))


def serve(settings: Settings) -> None:
    """Answer requests until interrupted.

    Raises:
        PilahError: other machines could connect and nobody can sign in, or the address can't be used.
    """
    configure_logs(settings)
    for unknown in unknown_variables():
        _LOG.warning("unknown setting", variable=unknown.name, nearest=unknown.nearest)
    app = create_app(settings)
    setup_secret = _setup_secret(settings, app)
    with _listening(settings.host, settings.port) as listener:
        typer.echo(terminal_message("operations.serving", office=settings.office, address=_address(listener)))
        typer.echo(terminal_message("operations.ledger-opened", database=settings.shown("database_url")))
        if setup_secret:
            link, hours = f"{_address(listener)}{SETUP_ADDRESS}?kode={setup_secret}", SETUP_LINK_VALID_FOR // _HOUR
            typer.echo(terminal_message("operations.setup-link", link=link, hours=hours))
        # A service manager's pipe would keep the lines until the end.
        sys.stdout.flush()
        if settings.workers > 1:
            app.state.database.engine.dispose()
            run_workers(settings, listener)
        else:
            with suppress(KeyboardInterrupt):
                GracefulServer(app, settings).run(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _setup_secret(settings: Settings, app: FastAPI) -> str:
    """The secret of a new link for the first administrator; blank where the office has users or is a demonstration."""
    if settings.demonstration:
        if not settings.loopback:
            raise PilahError("operations.demonstration-is-local")
        return ""
    with open_accounts(app.state.database) as accounts:
        if accounts.any_user():
            return ""
        if not settings.loopback:
            raise PilahError("operations.no-user-yet", host=settings.host, office=settings.office)
        return accounts.new_setup_link()


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket, opened here so that a failure becomes a sentence.

    Raises:
        PilahError: the address can't be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets whose protocol is given as IPPROTO_TCP. Without TCP_NODELAY the second
    # packet of every answer waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason, other = error.strerror, port + 1
        raise PilahError("operations.cannot-listen", host=host, port=port, reason=reason, other=str(other)) from None
    return listener
