"""What every page of a signed-in user shows: the frame, the office's names, and who is looking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.errors import ArtifactError
from service.ledger.names import Names
from service.pages.frame.rendering import render

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import HTMLResponse

    from model.router import Router
    from service.ledger.accounts import SignedInUser
    from service.live_model.champion import Champion, Loaded


def model_of(request: Request) -> Loaded | None:
    """The model in use, None where there is none; one and the same for all of a page, whatever is promoted meanwhile."""
    if not hasattr(request.state, "model"):
        champion: Champion = request.app.state.champion
        try:
            request.state.model = champion.current()
        except ArtifactError:
            request.state.model = None
    found: Loaded | None = request.state.model
    return found


def router_of(request: Request) -> Router | None:
    """The router of the model in use, None where there is none: most pages do without."""
    loaded = model_of(request)
    return loaded.router if loaded is not None else None


def names_of(request: Request) -> Names:
    """The names that the model in use knows."""
    router = router_of(request)
    if router is None:
        return Names({}, {})
    return Names(
        {unit.id: unit.name for unit in router.units}, {label.id: label.name for label in router.category_labels}
    )


def desk_page(
    request: Request,
    user: SignedInUser,
    template: str,
    here: str,
    status: int = 200,
    /,
    **context: Any,  # noqa: ANN401 - whatever the template shows
) -> HTMLResponse:
    """A page within the frame; `here` names its place in the menu."""
    settings = request.app.state.settings
    return render(template, status, user=user, settings=settings, here=here, **context)
