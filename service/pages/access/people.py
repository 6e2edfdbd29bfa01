"""Administration page (Pengelola): users, API keys and the audit log."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.dependencies import CurrentTransaction
from service.errors import AccountInvalid
from service.ledger.access.accounts import Accounts, SignedInUser, open_accounts
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page
from service.pages.frame.session import Administrator, AdministratorWithoutTransaction, OwnForm, PlainForm

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(prefix="/pengelola", include_in_schema=False, default_response_class=HTMLResponse)

_MOST_EVENTS = 100


@router.get("")
def people(request: Request, user: Administrator, transaction: CurrentTransaction) -> HTMLResponse:
    return _page(request, transaction.accounts, user)


@router.post("/pengguna")
def add_user(request: Request, user: AdministratorWithoutTransaction, form: PlainForm) -> Response:
    database: Database = request.app.state.database
    try:
        with open_accounts(database) as accounts:
            accounts.add_user(form.get("nama"), form.get("peran"), form.get("sandi"), user.name)
    except AccountInvalid as error:
        return _refusal(request, user, error)
    return RedirectResponse("/pengelola", 303)


@router.post("/pengguna/{name}")
def change_user(request: Request, name: str, user: AdministratorWithoutTransaction, form: PlainForm) -> Response:
    """Disable the user, set a password or change the role, depending on the pressed button."""
    database: Database = request.app.state.database
    try:
        with open_accounts(database) as accounts:
            if form.get("tombol") == "nonaktifkan":
                accounts.disable(name, user.name)
            elif form.get("tombol") == "sandi":
                accounts.set_password(name, form.get("sandi"), user.name)
            else:
                accounts.set_role(name, form.get("peran"), user.name)
    except AccountInvalid as error:
        return _refusal(request, user, error)
    return RedirectResponse("/pengelola", 303)


@router.post("/kunci")
def add_key(request: Request, user: Administrator, transaction: CurrentTransaction, form: OwnForm) -> Response:
    """Create a key and show it, once."""
    try:
        secret = transaction.accounts.add_key(form.get("nama"), user.name)
    except AccountInvalid as error:
        return _page(request, transaction.accounts, user, indonesian.sentence(error), 422)
    return _page(request, transaction.accounts, user, secret=secret)


@router.post("/kunci/{key_id}/cabut")
def revoke_key(key_id: str, user: Administrator, transaction: CurrentTransaction, _: OwnForm) -> Response:
    transaction.accounts.revoke_key(key_id, user.name)
    return RedirectResponse("/pengelola", 303)


def _refusal(request: Request, user: SignedInUser, error: AccountInvalid) -> HTMLResponse:
    """The page with the error, read anew: the failed transaction was rolled back."""
    database: Database = request.app.state.database
    with database.reading() as session:
        return _page(request, Accounts(session, database.office), user, indonesian.sentence(error), 422)


def _page(
    request: Request,
    accounts: Accounts,
    user: SignedInUser,
    error: str = "",
    status: int = 200,
    *,
    secret: str = "",
) -> HTMLResponse:
    settings = request.app.state.settings
    events = accounts.events(_MOST_EVENTS)
    return desk_page(
        request,
        user,
        "people.html",
        "pengelola",
        status,
        users=accounts.users(),
        keys=accounts.api_keys(),
        events=[(indonesian.clock(settings.at_office(event.at)), event) for event in events],
        error=error,
        secret=secret,
    )
