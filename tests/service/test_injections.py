"""Markup, SQL and formulas in fields of the API, forms and exports are stored and shown as text."""

from __future__ import annotations

import csv
import io
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from data.exports.headers import LAPORAN_RINGKAS_HEADERS
from data.exports.open import write_laporan_ringkas
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk

PAYLOADS = (
    '"\'><script>alert(1)</script><img src=x onerror=alert(1)><b onmouseover="alert(1)">',
    "'; DROP TABLE complaints; -- {{ 7 * 7 }}{% raw %}${7*7}",
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../etc/passwd%00\x00",
)
_PLACES = ("provinsi", "kabupaten_kota", "kecamatan", "kelurahan")
_PAGES = ("/antrean", "/daftar?dari=2000-01-01", "/dasbor?dari=2000-01-01", "/unggah", "/pengelola", "/baru", "/model")


class _Page(HTMLParser):
    """A page as a browser reads it: the text, and tags or handlers that Pilah didn't write."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.foreign: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        ours = (named.get("src") or "").startswith("/static/")
        if tag in {"img", "iframe", "object", "b"} or (tag == "script" and not ours):
            # Our own pages have <b> around a title in the queue, without attributes.
            self.foreign += [] if tag == "b" and not named else [tag]
        self.foreign += [name for name in named if name.startswith("on")]
        self.text += " ".join(value or "" for value in named.values())

    def handle_data(self, data: str) -> None:
        self.text += data


def _page(desk: Desk, address: str) -> _Page:
    page = _Page(desk.page(address))
    assert page.foreign == [], address
    return page


def _send_everywhere(desk: Desk, payload: str, folder: Path) -> list[str]:
    """Send the payload in every field of API, forms and upload; return the references of the stored complaints."""
    fields = dict.fromkeys(("title", "channel", "type", "reporter_category", "requested_unit"), payload)
    place = dict.fromkeys(("province", "regency", "district", "village"), payload)
    sent = desk.send(f"api {payload}", text=f"{payload} polres", location=place, **fields, **{payload: payload})
    assert sent["notices"]
    forms = {"judul": payload, "saluran": payload, "jenis": payload, **dict.fromkeys(_PLACES, payload)}
    desk.post("/baru", "/baru", isi=f"{payload} paspor", nomor=f"form {payload}", **forms)
    letter = {"surat": "ya", "tembusan_surat": payload, **forms}
    desk.post("/baru", "/baru", isi=f"{payload} tanah", nomor=f"surat {payload}", **letter)
    row = dict.fromkeys(LAPORAN_RINGKAS_HEADERS, payload) | {"Tracking ID": f"unggah {payload}"}
    path = folder / "ringkas.xlsx"
    write_laporan_ringkas(path, [row | {"Tanggal Laporan Masuk": "3 Nov 2026"}])
    hostile_name = payload.replace("/", "").replace("\x00", "")[:60] + ".xlsx"
    with path.open("rb") as file:
        answer = desk.post("/unggah", "/unggah", files={"berkas": (f"../../{hostile_name}", file)})
    assert desk.summary_of(answer.headers["location"].rsplit("/", 1)[-1])["state"] == "done"
    _page(desk, answer.headers["location"])
    with desk.database.reading() as session:
        return [entry.reference_id for entry in session.query(StoredComplaint)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_any_field_stays_text(desk: Desk, payload: str, tmp_path: Path) -> None:
    desk.sign_in("rini")
    references = _send_everywhere(desk, payload, tmp_path)
    assert len(references) == 4
    shown = payload.replace("\x00", "").strip()
    for reference in references:
        with desk.database.reading() as session:
            complaint = session.query(StoredComplaint).filter_by(reference_id=reference).one()
            address, category = f"/pengaduan/{complaint.id}", complaint.category_id
        assert shown in _page(desk, address).text
        desk.post(f"{address}/kembali", alasan=payload)
        hostile = dict.fromkeys(("kategori", "jenis", "tindak_lanjut", "tembusan", "cari_tembusan"), payload)
        refused = desk.post(f"{address}/putuskan", unit="mabes-polri", alasan=payload, **hostile)
        assert (refused.status_code, _Page(refused.text).foreign) == (422, [])
        desk.post(f"{address}/putuskan", unit="mabes-polri", kategori=category, alasan=payload)
        assert shown in _page(desk, address).text
    by_api = next(reference for reference in references if reference.startswith("api"))
    body = {"reference_id": by_api, "reason": payload, "officer": payload}
    assert desk.client.post("/v1/returns", json=body, headers=desk.bearer).status_code < 300
    decided = body | {"unit": "mabes-polri"}
    for field in ("type", "outcome", "category"):
        refused = desk.client.post("/v1/decisions", json=decided | {field: payload}, headers=desk.bearer)
        assert refused.status_code == 422
        assert payload not in refused.text
    assert desk.client.post("/v1/decisions", json=decided, headers=desk.bearer).status_code < 300
    unknown = desk.client.post("/v1/decisions", json=body | {"unit": payload}, headers=desk.bearer)
    assert unknown.status_code in {404, 409, 422}
    for form, fields in (("pengguna", {"sandi": payload, "peran": payload}), ("kunci", {}), (f"pengguna/{'x'}", {})):
        desk.post(f"/pengelola/{form}", "/pengelola", nama=payload[:60], **fields)
    for address in _PAGES:
        _page(desk, address)
    for address, name in (("/antrean", "cari"), ("/daftar", "search"), ("/unit", "cari"), ("/antrean", "unit")):
        answer = desk.client.get(address, params={name: payload, "kelompok": payload} | {"dari": payload})
        # An impossible id or day in an address is refused in a sentence.
        assert answer.status_code in {200, 422}
        assert _Page(answer.text).foreign == []
    # The product of a template injection; unlikely to be part of a token by chance.
    assert "7006652" not in _page(desk, "/antrean?cari=%7B%7B+1234+*+5678+%7D%7D").text
    _exports_hold_no_formula(desk)


def _exports_hold_no_formula(desk: Desk) -> None:
    for kind in ("csv", "xlsx", "ringkas"):
        file = desk.client.get(f"/ekspor/berkas?bentuk={kind}&dari=2000-01-01").content
        if kind == "csv":
            cells = [cell for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) for cell in row]
            assert [cell for cell in cells if cell.startswith(("=", "@", "\t")) or cell[:2] in {"+1", "-1"}] == []
        else:
            with zipfile.ZipFile(io.BytesIO(file)) as workbook:
                sheets = [name for name in workbook.namelist() if name.startswith("xl/worksheets/")]
                assert not any(b"<f>" in workbook.read(name) for name in sheets)
