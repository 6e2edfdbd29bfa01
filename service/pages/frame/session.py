"""Who is looking, what they may do, and whether a form is really theirs."""

import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from service.contract.schemas import clean
from service.dependencies import CurrentSettings, CurrentTransaction
from service.errors import NotAllowed, NotSignedIn, StaleForm
from service.ledger.accounts import Accounts, Role, SignedInUser, open_accounts

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
        """A long field; browsers send a line's end as two characters, which would shift every position after it."""
        value = self.fields.get(name, "")
        return clean(value).replace("\r\n", "\n") if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [clean(value).strip()[:500] for value in self.fields.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """A file with a name and something in it."""
        return next(iter(self.files(name)), None)

    def files(self, name: str) -> list[UploadFile]:
        """Every file of a field; a browser sends one without a name where none was chosen."""
        return [value for value in self.fields.getlist(name) if isinstance(value, UploadFile) and value.filename]


def signed_in_user_of(request: Request, transaction: CurrentTransaction) -> SignedInUser:
    """Who is signed in.

    Raises:
        NotSignedIn: nobody is.
    """
    secret = request.cookies.get(COOKIE, "")
    user = transaction.accounts.signed_in_user(secret) if secret else None
    if user is None:
        raise NotSignedIn(_back(request))
    if user.stale and request.method == "GET":
        database: Database = request.app.state.database
        with open_accounts(database) as accounts:
            accounts.seen(secret)
    return user


async def form_of(request: Request) -> AsyncIterator[SentForm]:
    """The form as it was sent, of either encoding."""
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
        yield SentForm(form)


SignedIn = Annotated[SignedInUser, Depends(signed_in_user_of, scope="function")]
PlainForm = Annotated[SentForm, Depends(form_of)]


def own_form(user: SignedIn, form: PlainForm) -> SentForm:
    """The form, which a page of this user's own session must have sent.

    Raises:
        StaleForm: it holds no token, or that of another session.
    """
    _require_token(user, form)
    return form


OwnForm = Annotated[SentForm, Depends(own_form)]


def _require_token(user: SignedInUser, form: SentForm) -> None:
    if not secrets.compare_digest(form.get("token").encode(), user.form_token.encode()):
        raise StaleForm("The form belongs to another session. Open the page again and send it once more.")


def _at_least(role: Role, user: SignedInUser) -> SignedInUser:
    if not user.may(role):
        raise NotAllowed(f"This takes the role {role}.")
    return user


def supervisor_of(user: SignedIn) -> SignedInUser:
    return _at_least(Role.SUPERVISOR, user)


def administrator_of(user: SignedIn, settings: CurrentSettings) -> SignedInUser:
    if settings.demonstration:
        raise NotAllowed("The demonstration has no accounts.")
    return _at_least(Role.ADMINISTRATOR, user)


def retrainer_of(user: SignedIn, settings: CurrentSettings) -> SignedInUser:
    """Who may train and choose the model that answers; in the demonstration, which only this machine reaches, anybody."""
    return user if settings.demonstration else _at_least(Role.ADMINISTRATOR, user)


def retrainer_at_ease_of(request: Request, settings: CurrentSettings, form: PlainForm) -> SignedInUser:
    """The same with a form of their own, and no transaction open: for a route that takes seconds, which others mustn't wait for.

    Raises:
        NotSignedIn, NotAllowed, StaleForm: as elsewhere.
    """
    database: Database = request.app.state.database
    with database.reading() as session:
        secret = request.cookies.get(COOKIE, "")
        user = Accounts(session, settings.office).signed_in_user(secret) if secret else None
    if user is None:
        raise NotSignedIn(_back(request))
    retrainer_of(user, settings)
    _require_token(user, form)
    return user


Supervisor = Annotated[SignedInUser, Depends(supervisor_of)]
Administrator = Annotated[SignedInUser, Depends(administrator_of)]
Retrainer = Annotated[SignedInUser, Depends(retrainer_of)]
RetrainerAtEase = Annotated[SignedInUser, Depends(retrainer_at_ease_of)]


def accounts_of(transaction: CurrentTransaction) -> Accounts:
    return transaction.accounts


def _back(request: Request) -> str:
    """The address to come back to; a form that was sent is not sent again."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def sign_in_address(back: str) -> str:
    return f"/masuk?lanjut={quote(back, safe='')}"


def safe_back(back: str) -> str:
    """An address of this service, whatever was asked for."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) and "\\" not in back else "/"
