"""What routes are given: the settings, and the model in use."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from service.champion import Champion, Loaded
from service.ledger.store import Ledger
from service.settings import Settings


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def model_in_use(request: Request) -> Loaded:
    """The champion as its files stand now.

    Raises:
        ArtifactError: there is none that can be used; the caller gets a 503.
    """
    champion: Champion = request.app.state.champion
    return champion.current()


def ledger_of(request: Request) -> Iterator[Ledger]:
    """The ledger within this request's one transaction, committed before the answer is sent."""
    settings: Settings = request.app.state.settings
    with Session(request.app.state.engine) as session, session.begin():
        yield Ledger(session, settings.office)


CurrentSettings = Annotated[Settings, Depends(settings_of)]
CurrentModel = Annotated[Loaded, Depends(model_in_use)]
CurrentLedger = Annotated[Ledger, Depends(ledger_of, scope="function")]
