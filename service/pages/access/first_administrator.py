"""The page of the one-time link that `pilah serve` prints: it makes the office's first administrator."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from service.dependencies import CurrentSettings, CurrentSignIns, CurrentTransaction
from service.errors import AccountInvalid, SetupLinkInvalid
from service.ledger.access.accounts import SETUP_ADDRESS
from service.middleware.client_address import client_address
from service.pages.frame import indonesian
from service.pages.frame.rendering import render
from service.pages.frame.session import PlainForm, sent_from_pilah, start_session

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(SETUP_ADDRESS)
def first_administrator(
    transaction: CurrentTransaction, secret: Annotated[str, Query(alias="kode", max_length=200)] = ""
) -> HTMLResponse:
    if not transaction.accounts.setup_link_valid(secret):
        raise SetupLinkInvalid
    return _page(secret)


@router.post(SETUP_ADDRESS)
def make_first_administrator(
    request: Request, settings: CurrentSettings, sign_ins: CurrentSignIns, form: PlainForm
) -> Response:
    """Make the administrator and sign the browser in; the link is used up."""
    secret, name, password = form.get("kode"), form.get("nama"), form.get("sandi")
    if not sent_from_pilah(request):
        raise SetupLinkInvalid
    if password != form.get("sandi_lagi"):
        return _page(secret, name, "Kedua kata sandi tidak sama. Ketik sekali lagi.", 422)
    try:
        new = sign_ins.make_first_administrator(
            secret, name, password, client_address(request, settings.trusted_proxies)
        )
    except AccountInvalid as error:
        return _page(secret, name, indonesian.sentence(error), 422)
    return start_session(settings, new, "/")


def _page(secret: str, name: str = "", error: str = "", status: int = 200) -> HTMLResponse:
    return render("first_administrator.html", status, user=None, secret=secret, name=name, error=error)
