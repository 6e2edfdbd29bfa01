"""Sign-in page (Masuk), signing out, and the user's own account (Akun)."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from data.errors import PilahError
from service.dependencies import CurrentSettings, CurrentSignIns, CurrentTransaction
from service.errors import AccountInvalid, DemonstrationIsLocal, SignInRefused, SignInsBusy, TooManySignIns
from service.jobs.sign_ins import Attempt
from service.ledger.access.accounts import SIGNED_IN_FOR, Accounts, Role, SignedInUser, open_accounts
from service.ledger.access.sign_in_failures import BROWSER_KNOWN_FOR
from service.ledger.tables import User
from service.middleware.client_address import client_address, is_local
from service.pages.frame import indonesian
from service.pages.frame.context import KEYS_COOKIE, KEYS_OFF, desk_page, names_of
from service.pages.frame.kept_forms import ADDRESS_FIELD, KeptForm, kept_form_in
from service.pages.frame.rendering import render
from service.pages.frame.session import (
    COOKIE,
    OwnForm,
    PlainForm,
    SignedIn,
    SignedInWithoutTransaction,
    safe_back,
    sent_from_pilah,
    set_cookie,
    start_session,
)
from service.problems import headers_of
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_BROWSER_COOKIE = "pilah_peramban"
_YEAR_SECONDS = 365 * 86_400
_DEMONSTRATION_USER = "petugas.contoh"
_REFUSALS: dict[type[PilahError], int] = {SignInRefused: 403, TooManySignIns: 429, SignInsBusy: 503}
Back = Annotated[str, Query(alias="lanjut", max_length=2_000)]


@router.get("/masuk")
def sign_in_form(
    request: Request, settings: CurrentSettings, transaction: CurrentTransaction, back: Back = "/"
) -> Response:
    if settings.demonstration:
        if not is_local(request):
            raise DemonstrationIsLocal
        return start_session(settings, _demonstration_session(request, settings), safe_back(back))
    if transaction.accounts.signed_in_user(request.cookies.get(COOKIE, "")):
        return RedirectResponse(safe_back(back), 303)
    return _form(settings, back, nobody=not transaction.accounts.any_user())


@router.post("/masuk")
def sign_in(request: Request, settings: CurrentSettings, sign_ins: CurrentSignIns, form: PlainForm) -> Response:
    """Check name and password. No form token exists before the session: the browser's own header says who sent the form."""
    back = safe_back(form.get("lanjut", 2_000))
    kept = kept_form_in(form, safe_back(form.get(ADDRESS_FIELD, 2_000)))
    if not sent_from_pilah(request):
        return _form(settings, back, "Formulir ini tidak dikirim dari halaman Pilah. Coba masuk lagi.", 403)
    address = client_address(request, settings.trusted_proxies)
    attempt = Attempt(form.get("nama"), form.get("sandi"), address, request.cookies.get(_BROWSER_COOKIE, ""))
    try:
        new = sign_ins.sign_in(attempt)
    except tuple(_REFUSALS) as error:
        status = _REFUSALS[type(error)]
        refusal = _form(settings, back, indonesian.sentence(error), status, kept=kept)
        refusal.headers.update(headers_of(status, error))
        return refusal
    answer = RedirectResponse(back, 303) if kept is None else _resume(request, new.user, kept)
    set_cookie(answer, settings, COOKIE, new.secret, int(SIGNED_IN_FOR.total_seconds()))
    set_cookie(answer, settings, _BROWSER_COOKIE, new.browser, int(BROWSER_KNOWN_FOR.total_seconds()))
    return answer


@router.post("/keluar")
def sign_out(request: Request, transaction: CurrentTransaction, _: OwnForm) -> Response:
    transaction.accounts.sign_out(request.cookies.get(COOKIE, ""))
    return _end_session()


@router.get("/akun")
def account(request: Request, user: SignedIn) -> HTMLResponse:
    return _account(request, user)


@router.post("/akun/tombol")
def switch_keys(_: SignedIn, settings: CurrentSettings, form: OwnForm) -> Response:
    """Turn the keys of single letters and digits on or off in this browser."""
    answer = RedirectResponse("/akun", 303)
    if form.get("tombol") == KEYS_OFF:
        set_cookie(answer, settings, KEYS_COOKIE, KEYS_OFF, _YEAR_SECONDS)
    else:
        answer.delete_cookie(KEYS_COOKIE)
    return answer


@router.post("/akun")
def change_password(
    request: Request,
    user: SignedInWithoutTransaction,
    settings: CurrentSettings,
    sign_ins: CurrentSignIns,
    form: PlainForm,
) -> Response:
    if settings.demonstration:
        return _account(request, user, "Akun contoh tidak punya kata sandi.", 422)
    address = client_address(request, settings.trusted_proxies)
    database: Database = request.app.state.database
    try:
        sign_ins.check_own_password(user, form.get("sandi_lama"), request.cookies[COOKIE], address)
        with open_accounts(database) as accounts:
            accounts.set_password(user.name, form.get("sandi_baru"), user.name)
    except SignInRefused:
        return _account(request, user, "Kata sandi lama salah, atau sudah lima kali salah: tunggu 15 menit.", 422)
    except AccountInvalid as error:
        return _account(request, user, indonesian.sentence(error), 422)
    return _end_session()


def _account(request: Request, user: SignedInUser, error: str = "", status: int = 200) -> HTMLResponse:
    return desk_page(request, user, "account.html", "akun", status, error=error)


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


def _resume(request: Request, user: SignedInUser, kept: KeptForm) -> Response:
    """The page that offers to send the form again that was typed before the session ended."""
    database: Database = request.app.state.database
    with database.reading() as session:
        readable = kept.readable(names_of(request, session))
    return desk_page(request, user, "resume.html", "", kept=kept, token=user.form_token, readable=readable)


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
