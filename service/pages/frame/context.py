"""The context that all pages of a signed-in user share: the frame, the model in use and the office's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.errors import ArtifactError
from model.office.categories import Categories
from service.ledger.names import ledger_names
from service.pages.frame.rendering import render

if TYPE_CHECKING:
    from fastapi import Request
    from sqlalchemy.orm import Session
    from starlette.responses import HTMLResponse

    from model.router import Router
    from service.ledger.access.accounts import SignedInUser
    from service.ledger.names import Names
    from service.live_model.champion import Champion, Loaded


# A cookie of the browser: a screen reader or voice control is a matter of the computer, too.
KEYS_COOKIE, KEYS_OFF = "pilah_tombol", "mati"


def model_of(request: Request) -> Loaded | None:
    """The model in use, None without a usable model. A promotion during the request doesn't change the answer."""
    if not hasattr(request.state, "model"):
        champion: Champion = request.app.state.champion
        try:
            request.state.model = champion.current()
        except ArtifactError:
            request.state.model = None
    loaded: Loaded | None = request.state.model
    return loaded


def router_of(request: Request) -> Router | None:
    """The router of the model in use, None without a usable model."""
    loaded = model_of(request)
    return loaded.router if loaded is not None else None


def has_units(router: Router | None) -> bool:
    """Whether officers choose a unit; in an office without units they choose the category alone."""
    return router is None or router.has_units


def names_of(request: Request, session: Session) -> Names:
    """The names of units and categories in the model in use, and of those that only exports name."""
    router = router_of(request)
    office: str = request.app.state.settings.office
    if router is None:
        return ledger_names(session, office, (), Categories())
    return ledger_names(session, office, router.units, router.categories)


def desk_page(
    request: Request,
    user: SignedInUser,
    template: str,
    here: str,
    status: int = 200,
    /,
    **context: Any,  # noqa: ANN401 - each template has its own variables
) -> HTMLResponse:
    """A page inside the frame; `here` is the key of its menu entry."""
    state = request.app.state
    return render(
        template,
        status,
        user=user,
        settings=state.settings,
        office_name=state.office_name,
        keys_off=request.cookies.get(KEYS_COOKIE) == KEYS_OFF,
        here=here,
        **context,
    )
