"""Pengelola: who may sign in, and which systems hold a key."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.dependencies import Books, CurrentBooks
from service.errors import AccountInvalid
from service.ledger.accounts import Role, Visitor
from service.ledger.audit import newest
from service.pages.frame import indonesian
from service.pages.frame.context import shown
from service.pages.frame.session import Administrator, OwnForm

router = APIRouter(prefix="/pengelola", include_in_schema=False, default_response_class=HTMLResponse)

_EVENTS_SHOWN = 100
ROLES = {Role.OFFICER: "petugas", Role.SUPERVISOR: "penyelia", Role.ADMINISTRATOR: "pengelola"}


@router.get("")
def people(request: Request, visitor: Administrator, books: CurrentBooks) -> HTMLResponse:
    return _page(request, books, visitor)


@router.post("/pengguna")
def add_user(request: Request, visitor: Administrator, books: CurrentBooks, form: OwnForm) -> Response:
    try:
        books.accounts.add_user(form.get("nama"), form.get("peran"), form.get("sandi"), visitor.name)
    except AccountInvalid:
        error = (
            "Pengguna tidak ditambahkan. Nama: 2 sampai 60 huruf kecil, angka, titik, - atau _, dan belum dipakai. "
            "Kata sandi: 10 sampai 200 karakter."
        )
        return _page(request, books, visitor, error, 422)
    return RedirectResponse("/pengelola", 303)


@router.post("/pengguna/{name}")
def change_user(request: Request, name: str, visitor: Administrator, books: CurrentBooks, form: OwnForm) -> Response:
    """Another role, a new password, or no more signing in, as the pressed button says."""
    try:
        if form.get("tombol") == "nonaktifkan":
            books.accounts.disable(name, visitor.name)
        elif form.get("tombol") == "sandi":
            books.accounts.set_password(name, form.get("sandi"), visitor.name)
        else:
            books.accounts.set_role(name, form.get("peran"), visitor.name)
    except AccountInvalid:
        error = (
            "Tidak diubah: kata sandi harus 10 sampai 200 karakter, dan paling sedikit satu pengelola harus tersisa."
        )
        return _page(request, books, visitor, error, 422)
    return RedirectResponse("/pengelola", 303)


@router.post("/kunci")
def add_key(request: Request, visitor: Administrator, books: CurrentBooks, form: OwnForm) -> Response:
    """The only answer that shows the key."""
    try:
        secret = books.accounts.add_key(form.get("nama"), visitor.name)
    except AccountInvalid:
        return _page(request, books, visitor, "Beri nama sistem yang memakai kunci ini.", 422)
    return _page(request, books, visitor, secret=secret)


@router.post("/kunci/{key_id}/cabut")
def revoke_key(key_id: str, visitor: Administrator, books: CurrentBooks, _: OwnForm) -> Response:
    books.accounts.revoke_key(key_id, visitor.name)
    return RedirectResponse("/pengelola", 303)


def _page(
    request: Request, books: Books, visitor: Visitor, error: str = "", status: int = 200, *, secret: str = ""
) -> HTMLResponse:
    settings = request.app.state.settings
    events = newest(books.session, settings.office, _EVENTS_SHOWN)
    return shown(
        request,
        visitor,
        "people.html",
        "pengelola",
        status,
        users=books.accounts.users(),
        keys=books.accounts.api_keys(),
        roles=ROLES,
        events=[(indonesian.clock(settings.at_office(event.at)), event) for event in events],
        deeds=indonesian.DEEDS,
        error=error,
        secret=secret,
    )
