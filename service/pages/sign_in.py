"""Sign-in page (Masuk), signing out, and the user's own account (Akun)."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.dependencies import CurrentSettings, CurrentTransaction
from service.errors import AccountInvalid, SignInRefused
from service.ledger.accounts import SIGNED_IN_FOR, Accounts, Role, SignedInUser, open_accounts
from service.ledger.tables import User
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.kept_forms import ADDRESS_FIELD, KeptForm, kept_form_in
from service.pages.frame.rendering import render
from service.pages.frame.session import COOKIE, OwnForm, PlainForm, SignedIn, safe_back
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DEMONSTRATION_USER = "petugas.contoh"
Back = Annotated[str, Query(alias="lanjut", max_length=2_000)]


@router.get("/masuk")
def sign_in_form(
    request: Request, settings: CurrentSettings, transaction: CurrentTransaction, back: Back = "/"
) -> Response:
    if settings.demonstration:
        return _start_session(settings, _demonstration_session(request, settings), safe_back(back))
    if transaction.accounts.signed_in_user(request.cookies.get(COOKIE, "")):
        return RedirectResponse(safe_back(back), 303)
    return _form(settings, back, nobody=not transaction.accounts.any_user())


@router.post("/masuk")
def sign_in(request: Request, settings: CurrentSettings, form: PlainForm) -> Response:
    """Check name and password. No form token exists before the session: the browser's own header says who sent the form."""
    back = safe_back(form.get("lanjut", 2_000))
    kept = kept_form_in(form, safe_back(form.get(ADDRESS_FIELD, 2_000)))
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return _form(settings, back, "Formulir ini tidak dikirim dari halaman Pilah. Coba masuk lagi.", 403)
    database: Database = request.app.state.database
    with open_accounts(database) as accounts:
        outcome = accounts.sign_in(form.get("nama"), form.get("sandi"))
    if isinstance(outcome, SignInRefused):
        return _form(settings, back, indonesian.sentence(outcome), 403, kept=kept)
    secret, user = outcome
    if kept is None:
        return _start_session(settings, secret, back)
    with database.reading() as session:
        readable = kept.readable(names_of(request, session))
    page = desk_page(request, user, "resume.html", "", kept=kept, token=user.form_token, readable=readable)
    return _with_session(settings, secret, page)


@router.post("/keluar")
def sign_out(request: Request, transaction: CurrentTransaction, _: OwnForm) -> Response:
    transaction.accounts.sign_out(request.cookies.get(COOKIE, ""))
    return _end_session()


@router.get("/akun")
def account(user: SignedIn, settings: CurrentSettings) -> HTMLResponse:
    return _account(user, settings)


@router.post("/akun")
def change_password(
    user: SignedIn, settings: CurrentSettings, form: OwnForm, transaction: CurrentTransaction
) -> Response:
    if settings.demonstration:
        return _account(user, settings, "Akun contoh tidak punya kata sandi.", 422)
    outcome = transaction.accounts.sign_in(user.name, form.get("sandi_lama"))
    if isinstance(outcome, SignInRefused):
        return _account(user, settings, "Kata sandi lama salah.", 422)
    try:
        transaction.accounts.set_password(user.name, form.get("sandi_baru"), user.name)
    except AccountInvalid as error:
        return _account(user, settings, indonesian.sentence(error), 422)
    return _end_session()


def _account(user: SignedInUser, settings: Settings, error: str = "", status: int = 200) -> HTMLResponse:
    return render("account.html", status, user=user, settings=settings, error=error, here="akun")


def _form(
    settings: Settings,
    back: str,
    error: str = "",
    status: int = 200,
    *,
    nobody: bool = False,
    kept: KeptForm | None = None,
) -> HTMLResponse:
    return render("sign_in.html", status, settings=settings, back=back, error=error, nobody=nobody, kept=kept)


def _start_session(settings: Settings, secret: str, back: str) -> Response:
    return _with_session(settings, secret, RedirectResponse(back, 303))


def _with_session(settings: Settings, secret: str, answer: Response) -> Response:
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(SIGNED_IN_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    return answer


def _end_session() -> Response:
    answer = RedirectResponse("/masuk", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _demonstration_session(request: Request, settings: Settings) -> str:
    """A new session of the demonstration user, a supervisor without a password."""
    database: Database = request.app.state.database
    with database.session() as session:
        accounts = Accounts(session, settings.office)
        query = select(User).where(User.office == settings.office, User.name == _DEMONSTRATION_USER)
        user = session.scalar(query) or accounts.add_demonstrator(_DEMONSTRATION_USER, Role.SUPERVISOR)
        return accounts.open_session(user)[0]
