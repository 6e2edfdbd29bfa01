"""What a person who reads pages is told when something is in the way."""

from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request
from starlette.responses import Response

from service.pages.frame.rendering import render
from service.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_MACHINES = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")


class _Words(NamedTuple):
    title: str
    advice: str


_UNKNOWN = _Words("Permintaan tidak dapat dijawab", "Kembali ke halaman awal dan coba lagi.")
_WORDS = {
    400: _Words("Permintaan tidak dapat dibaca", "Buka Pilah lewat alamat yang diberikan pengelola, lalu coba lagi."),
    403: _Words(
        "Tidak diizinkan",
        "Peran Anda tidak mencakup hal ini, atau halaman sudah terlalu lama terbuka. Muat ulang halamannya, lalu coba lagi.",
    ),
    404: _Words("Tidak ada", "Halaman atau pengaduan ini tidak ada, atau tidak ada lagi. Kembali ke halaman awal."),
    405: _Words("Halaman ini tidak dibuka dengan cara itu", "Kembali ke halaman awal dan kirim pengaduan dari sana."),
    409: _Words("Sudah diputuskan", "Rekan Anda sudah memutuskan pengaduan ini. Kembali ke antrean."),
    413: _Words("Teks terlalu besar", "Teks yang dikirim melebihi batas. Tempel bagian pokok pengaduan saja."),
    500: _Words(
        "Ada kesalahan di Pilah", "Pengaduan tidak tersimpan. Coba lagi; bila terulang, beri tahu pengelola Pilah."
    ),
    422: _Words("Isian tidak terbaca", "Kembali ke halaman sebelumnya dan periksa isiannya."),
    503: _Words(
        "Belum ada model yang dapat dipakai",
        "Pilah belum dapat memberi saran. Pengaduan tetap dapat diputuskan tanpa Pilah.",
    ),
}


# One status can stand for several things that a person would do something different about.
_WORDS_BY_TYPE = {
    "urn:pilah:problem:ledger_unavailable": _Words(
        "Catatan sedang tidak dapat dibuka",
        "Yang baru Anda kirim belum tersimpan. Tunggu sebentar, lalu kirim lagi; bila terulang, beri tahu pengelola Pilah.",
    ),
    "urn:pilah:problem:storage_full": _Words(
        "Berkas tidak dapat disimpan", "Ruang penyimpanan penuh. Beri tahu pengelola Pilah, lalu unggah lagi."
    ),
}


def wants_page(request: Request) -> bool:
    """Whether a person is looking: with a browser, anywhere but in the API."""
    return not request.url.path.startswith(_MACHINES) and "text/html" in request.headers.get("accept", "text/html")


def error_page(request: Request, found: Problem, headers: "Mapping[str, str]") -> Response:
    """The problem as a page, in Indonesian, with what to do."""
    words = _WORDS_BY_TYPE.get(found.type) or _WORDS.get(found.status, _UNKNOWN)
    office = request.app.state.settings.office if "app" in request.scope else ""
    return render("error.html", found.status, headers, problem=found, words=words, office=office, version="")
