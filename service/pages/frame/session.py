"""The signed-in user of a request, the roles that routes require, and forms with the session's token."""

import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from service.contract.field_types import clean
from service.dependencies import CurrentSettings, CurrentTransaction
from service.errors import NotAllowed, NotSignedIn, StaleForm
from service.ledger.access.accounts import SIGNED_IN_FOR, Accounts, Role, SignedInUser, open_accounts
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

COOKIE = "pilah_masuk"
_MOST_FIELDS = 120
_MOST_FILES = 12


class SentForm(NamedTuple):
    """A form's fields, cleaned; `fields` may hold a name several times."""

    fields: FormData

    def get(self, name: str, longest: int = 500) -> str:
        """A short field, blank where it is missing."""
        value = self.fields.get(name, "")
        return clean(value).strip()[:longest] if isinstance(value, str) else ""

    def text(self, name: str) -> str:
        """A long field. Browsers send a line break as two characters, which would shift the positions of evidence."""
        value = self.fields.get(name, "")
        return clean(value).replace("\r\n", "\n") if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [clean(value).strip()[:500] for value in self.fields.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """The first uploaded file of a field."""
        return next(iter(self.files(name)), None)

    def files(self, name: str) -> list[UploadFile]:
        """The uploaded files of a field. A browser sends a nameless file where the user chose none."""
        return [value for value in self.fields.getlist(name) if isinstance(value, UploadFile) and value.filename]


def signed_in_user_of(request: Request, transaction: CurrentTransaction) -> SignedInUser:
    """The signed-in user.

    Raises:
        NotSignedIn: the request has no valid session cookie.
    """
    user = _user_of_cookie(request, transaction.accounts)
    if user.stale and request.method == "GET":
        database: Database = request.app.state.database
        with open_accounts(database) as accounts:
            accounts.touch(request.cookies[COOKIE])
    return user


def present_user_of(request: Request, transaction: CurrentTransaction) -> SignedInUser | None:
    """The signed-in user for a request that a page makes by itself: the session doesn't become younger."""
    try:
        return _user_of_cookie(request, transaction.accounts)
    except NotSignedIn:
        return None


async def form_of(request: Request) -> AsyncIterator[SentForm]:
    """The form of a request, in either encoding."""
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
        # An error page offers the form again.
        request.state.sent_form = SentForm(form)
        yield request.state.sent_form


SignedIn = Annotated[SignedInUser, Depends(signed_in_user_of, scope="function")]
PresentUser = Annotated[SignedInUser | None, Depends(present_user_of, scope="function")]
PlainForm = Annotated[SentForm, Depends(form_of)]


def own_form(user: SignedIn, form: PlainForm) -> SentForm:
    """A form that carries the token of the user's own session.

    Raises:
        StaleForm: the token is missing or belongs to another session.
    """
    _require_token(user, form)
    return form


OwnForm = Annotated[SentForm, Depends(own_form)]


def supervisor_of(user: SignedIn) -> SignedInUser:
    return _at_least(Role.SUPERVISOR, user)


def administrator_of(user: SignedIn, settings: CurrentSettings) -> SignedInUser:
    if settings.demonstration:
        raise NotAllowed("pages.no-accounts")
    return _at_least(Role.ADMINISTRATOR, user)


def may_train(user: SignedInUser, settings: Settings) -> bool:
    """Whether the user may train and choose the model in use; the demonstration lets everybody."""
    return settings.demonstration or user.may(Role.ADMINISTRATOR)


def retrainer_of(user: SignedIn, settings: CurrentSettings) -> SignedInUser:
    """A user who may train and choose the model in use."""
    return user if may_train(user, settings) else _at_least(Role.ADMINISTRATOR, user)


def signed_in_without_transaction(request: Request, settings: CurrentSettings, form: PlainForm) -> SignedInUser:
    """A user with an own form, for routes that take long: an open transaction would block others.

    Raises:
        NotSignedIn: the request has no valid session cookie.
        StaleForm: the token is missing or belongs to another session.
    """
    database: Database = request.app.state.database
    with database.reading() as session:
        user = _user_of_cookie(request, Accounts(session, settings.office))
    _require_token(user, form)
    return user


SignedInWithoutTransaction = Annotated[SignedInUser, Depends(signed_in_without_transaction)]


def administrator_without_transaction(user: SignedInWithoutTransaction, settings: CurrentSettings) -> SignedInUser:
    return administrator_of(user, settings)


def retrainer_without_transaction(user: SignedInWithoutTransaction, settings: CurrentSettings) -> SignedInUser:
    return retrainer_of(user, settings)


Supervisor = Annotated[SignedInUser, Depends(supervisor_of)]
Administrator = Annotated[SignedInUser, Depends(administrator_of)]
Retrainer = Annotated[SignedInUser, Depends(retrainer_of)]
AdministratorWithoutTransaction = Annotated[SignedInUser, Depends(administrator_without_transaction)]
RetrainerWithoutTransaction = Annotated[SignedInUser, Depends(retrainer_without_transaction)]


def sign_in_address(back: str) -> str:
    return f"/masuk?lanjut={quote(back, safe='')}"


def safe_back(back: str) -> str:
    """The address to return to, replaced by the start page where it leads outside this service."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) and "\\" not in back else "/"


def sent_from_pilah(request: Request) -> bool:
    """Whether the browser says that a page of Pilah sent the form; old browsers say nothing."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def start_session(settings: Settings, secret: str, back: str) -> Response:
    """Redirect with the cookie of a new session."""
    answer = RedirectResponse(back, 303)
    set_cookie(answer, settings, COOKIE, secret, int(SIGNED_IN_FOR.total_seconds()))
    return answer


def set_cookie(answer: Response, settings: Settings, name: str, secret: str, seconds: int) -> None:
    answer.set_cookie(name, secret, max_age=seconds, httponly=True, samesite="lax", secure=settings.secure_cookies)


def _user_of_cookie(request: Request, accounts: Accounts) -> SignedInUser:
    secret = request.cookies.get(COOKIE, "")
    user = accounts.signed_in_user(secret) if secret else None
    if user is None:
        raise NotSignedIn(_back(request))
    return user


def _back(request: Request) -> str:
    """The address to return to after signing in; a sent form is not sent again."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _at_least(role: Role, user: SignedInUser) -> SignedInUser:
    if not user.may(role):
        raise NotAllowed(f"pages.needs-{role}")
    return user


def _require_token(user: SignedInUser, form: SentForm) -> None:
    if not secrets.compare_digest(form.get("token").encode(), user.form_token.encode()):
        raise StaleForm(user.form_token)
