"""Errors as Indonesian pages, for requests from a browser."""

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request
from starlette.responses import Response

from data.messages import Language, has_message
from service.ledger.names import Names
from service.pages.frame.kept_forms import kept_form_already_read
from service.pages.frame.rendering import render
from service.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.errors import PilahError

_API_PATHS = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")
_NO_MODEL = "urn:pilah:problem:no_model"


class _Words(NamedTuple):
    """The heading of an error page, and the advice where the error has no sentence of its own."""

    title: str
    advice: str


_UNKNOWN = _Words("Permintaan tidak dapat dijawab", "Kembali ke halaman awal dan coba lagi.")
_WORDS = {
    403: _Words("Tidak diizinkan", "Muat ulang halamannya, lalu coba lagi."),
    404: _Words("Tidak ada", "Halaman atau pengaduan ini tidak ada, atau tidak ada lagi. Kembali ke halaman awal."),
    405: _Words("Halaman ini tidak dibuka dengan cara itu", "Kembali ke halaman awal dan kirim pengaduan dari sana."),
    409: _Words("Sudah diputuskan", "Rekan Anda sudah memutuskan pengaduan ini. Kembali ke antrean."),
    413: _Words("Teks terlalu besar", "Teks yang dikirim melebihi batas. Cukup tempel bagian pokok pengaduan."),
    422: _Words("Isian tidak terbaca", "Kembali ke halaman sebelumnya dan periksa isiannya."),
    500: _Words(
        "Ada kesalahan di Pilah", "Pengaduan tidak tersimpan. Coba lagi; bila terulang, beri tahu pengelola Pilah."
    ),
    503: _Words("Belum dapat dijawab", "Tunggu sebentar, lalu coba lagi; bila terulang, beri tahu pengelola Pilah."),
    "urn:pilah:problem:bad_request": _Words(
        "Permintaan tidak dapat dibaca", "Buka Pilah lewat alamat yang diberikan pengelola, lalu coba lagi."
    ),
    "urn:pilah:problem:overloaded": _Words(
        "Pilah sedang sibuk", "Belum ada yang dikerjakan. Tunggu beberapa detik, lalu coba lagi."
    ),
    _NO_MODEL: _Words(
        "Belum ada model yang dapat dipakai",
        "Pilah belum dapat memberi saran. Pengaduan tetap dapat diputuskan tanpa Pilah.",
    ),
    "urn:pilah:problem:units_disagree": _Words(
        "Model dan daftar kantor tidak cocok",
        "Pilah belum dapat memberi saran. Minta rekan yang melatih model memeriksa units.csv dan categories.csv atau melatih ulang.",
    ),
    "urn:pilah:problem:ledger_unavailable": _Words(
        "Catatan sedang tidak dapat dibuka",
        "Yang baru Anda kirim belum tersimpan. Tunggu sebentar, lalu kirim lagi; bila terulang, beri tahu pengelola Pilah.",
    ),
    "urn:pilah:problem:storage_full": _Words(
        "Berkas tidak dapat disimpan", "Ruang penyimpanan penuh. Beri tahu pengelola Pilah, lalu unggah lagi."
    ),
}


def wants_page(request: Request) -> bool:
    """Whether a request comes from a browser and asks for a page outside the API."""
    return not request.url.path.startswith(_API_PATHS) and "text/html" in request.headers.get("accept", "text/html")


def error_page(
    request: Request, problem: Problem, headers: "Mapping[str, str]", error: "PilahError | None" = None
) -> Response:
    """A problem as a page: a title, and the error's Indonesian sentence or the advice of its type or status."""
    words = _WORDS.get(problem.type) or _WORDS.get(problem.status, _UNKNOWN)
    sentence = error.told_in(Language.INDONESIAN) if error is not None and has_message(error.code) else ""
    # A fault of ours: the user needn't type the form again.
    kept = kept_form_already_read(request) if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    return render(
        "error.html",
        problem.status,
        headers,
        title=words.title,
        # For some types the page's own advice says more to a person than the sentence for callers of the API.
        advice=words.advice if problem.type in _WORDS else sentence or words.advice,
        detail=(sentence or problem.detail) if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else "",
        kept=kept,
        token=kept.token if kept else "",
        readable=kept.readable(Names({}, {})) if kept else [],
        no_model=problem.type == _NO_MODEL,
        office=request.app.state.settings.office if "app" in request.scope else "",
    )
