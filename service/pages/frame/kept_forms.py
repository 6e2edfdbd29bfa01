"""Keep a refused form in the answer, for the user to send again.

Nothing is stored: the fields travel through the user's browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.contract.field_types import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import Request

    from service.ledger.names import Names
    from service.pages.frame.session import SentForm

ADDRESS_FIELD = "kirim_ke"
PREFIX = "isian."
# A cross-site form must not come back as the user's own.
_SAME_ORIGIN = "same-origin"
_PASSWORDS = {"sandi", "sandi_lama", "sandi_baru"}
_LABELS = {
    "nomor": "Nomor",
    "judul": "Judul",
    "isi": "Isi pengaduan",
    "unit": "Unit",
    "cari": "Unit yang diketik",
    "kategori": "Kategori",
    "cari_kategori": "Kategori yang diketik",
    "tindak_lanjut": "Tindak lanjut",
    "jenis": "Klasifikasi",
    "tembusan": "Tembusan",
    "cari_tembusan": "Tembusan yang diketik",
    "alasan": "Alasan",
    "daftar_unit": "Daftar unit",
    "pilihan_kategori": "Pilihan kategori",
    "daftar_kategori": "Daftar kategori",
}


@dataclass(frozen=True, slots=True)
class KeptForm:
    """The address, the fields and the form token of a sent form."""

    address: str
    fields: tuple[tuple[str, str], ...]
    token: str = ""

    def readable(self, names: Names) -> list[tuple[str, str]]:
        """Label and value of the filled fields."""
        name_of = {"unit": names.unit, "tembusan": names.unit, "kategori": names.category}
        return [
            (label, "tidak ada unit" if value == "-" else name_of.get(name, str)(value))
            for field, label in _LABELS.items()
            for name, value in self.fields
            if name == field and value.strip()
        ]


def sends_files(request: Request) -> bool:
    """Whether a form of this site comes with files, which can't travel through the user's browser."""
    own = request.headers.get("sec-fetch-site", _SAME_ORIGIN) == _SAME_ORIGIN
    return own and request.headers.get("content-type", "").startswith("multipart/form-data")


async def kept_form_of(request: Request) -> KeptForm | None:
    """The form of a refused request; None for files, passwords and forms of other sites."""
    if request.method != "POST" or "urlencoded" not in request.headers.get("content-type", ""):
        return None
    if request.headers.get("sec-fetch-site", _SAME_ORIGIN) != _SAME_ORIGIN:
        return None
    sent = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return _kept(_address(request), sent)


def kept_form_already_read(request: Request) -> KeptForm | None:
    """The form of a request, if the route has read the form already; otherwise None."""
    form: SentForm | None = getattr(request.state, "sent_form", None)
    if form is None or request.headers.get("sec-fetch-site", _SAME_ORIGIN) != _SAME_ORIGIN:
        return None
    return _kept(
        _address(request), [(name, value) for name, value in form.fields.multi_items() if isinstance(value, str)]
    )


def kept_form_in(form: SentForm, address: str) -> KeptForm | None:
    """The kept form inside a sign-in form."""
    sent = [
        (name.removeprefix(PREFIX), value)
        for name, value in form.fields.multi_items()
        if name.startswith(PREFIX) and isinstance(value, str)
    ]
    return _kept(address, sent)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _kept(address: str, sent: Iterable[tuple[str, str]]) -> KeptForm | None:
    # HTML's parser and the sent form write a line break differently; the route reads both.
    fields = [(clean(name), clean(value)) for name, value in sent]
    if not fields or any(name in _PASSWORDS for name, _ in fields):
        return None
    token = next((value for name, value in fields if name == "token"), "")
    return KeptForm(address, tuple((name, value) for name, value in fields if name != "token"), token)
