"""What routes are given: the settings, and the model in use."""

from typing import Annotated

from fastapi import Depends, Request

from service.champion import Champion, Loaded
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


CurrentSettings = Annotated[Settings, Depends(settings_of)]
CurrentModel = Annotated[Loaded, Depends(model_in_use)]
