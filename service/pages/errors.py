"""What a person who reads pages is told when something is in the way."""

from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request
from starlette.responses import Response

from service.errors import Problem
from service.pages.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGES = ("/", "/saran")
_MACHINES = ("/v1/", "/healthz", "/readyz", "/openapi.json", "/static/")


class _Words(NamedTuple):
    title: str
    advice: str


_UNKNOWN = _Words("Permintaan tidak dapat dijawab", "Kembali ke halaman awal dan coba lagi.")
_WORDS = {
    400: _Words("Permintaan tidak dapat dibaca", "Buka Pilah lewat alamat yang diberikan pengelola, lalu coba lagi."),
    404: _Words("Halaman tidak ada", "Alamat ini tidak dikenal. Kembali ke halaman awal."),
    405: _Words("Halaman ini tidak dibuka dengan cara itu", "Kembali ke halaman awal dan kirim pengaduan dari sana."),
    413: _Words("Teks terlalu besar", "Teks yang dikirim melebihi batas. Tempel bagian pokok pengaduan saja."),
    500: _Words(
        "Ada kesalahan di Pilah", "Pengaduan tidak tersimpan. Coba lagi; bila terulang, beri tahu pengelola Pilah."
    ),
    503: _Words(
        "Belum ada model yang dapat dipakai",
        "Pilah belum dapat memberi saran. Pengaduan tetap dapat diputuskan tanpa Pilah.",
    ),
}


def wants_page(request: Request) -> bool:
    """Whether a person is looking: on one of the pages, or with a browser anywhere but in the API."""
    path = request.url.path
    if path in _PAGES:
        return True
    return not path.startswith(_MACHINES) and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, found: Problem, headers: "Mapping[str, str]") -> Response:
    """The problem as a page, in Indonesian, with what to do."""
    words = _WORDS.get(found.status, _UNKNOWN)
    office = request.app.state.settings.office if "app" in request.scope else ""
    return page("error.html", found.status, headers, problem=found, words=words, office=office, version="")
