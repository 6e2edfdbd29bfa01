"""Forms that meet the end of a session or an error stay with the user."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from service.ledger.decisions import Decisions
from tests.service.desk import PASSWORD

if TYPE_CHECKING:
    import pytest

    from tests.service.desk import Desk

_REASON = 'sesuai "rapat"\nkemarin & hari ini'


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def _decision(desk: Desk) -> tuple[str, dict[str, str]]:
    """The address and fields of a decision on a new complaint."""
    sent = desk.send("1")
    fields = {"unit": sent["units"][1]["id"], "kategori": sent["categories"][0]["id"], "alasan": _REASON}
    return f"/pengaduan/{desk.stored('1')['id']}/putuskan?status=review", {"token": "lama"} | fields


def test_a_decision_survives_the_end_of_the_session(officer: Desk) -> None:
    address, fields = _decision(officer)
    officer.client.cookies.clear()
    asked = officer.client.post(address, data=fields)
    assert asked.status_code == 401
    assert "Isian Anda tidak hilang" in asked.text
    kept = _hidden(asked.text)
    wrong = officer.client.post("/masuk", data=kept | {"nama": "sari", "sandi": "salah"})
    assert wrong.status_code == 403
    resumed = officer.client.post("/masuk", data=_hidden(wrong.text) | {"nama": "sari", "sandi": PASSWORD})
    assert resumed.status_code == 200
    assert "sesuai &#34;rapat&#34;" in resumed.text
    assert f'action="{html.escape(address)}"' in resumed.text
    assert officer.stored("1")["waiting"]
    answer = officer.client.post(address, data=_hidden(resumed.text), follow_redirects=False)
    assert answer.status_code == 303
    decision = officer.stored("1")["decisions"][0]
    assert (decision["unit"], decision["reason"]) == (fields["unit"], _REASON)


def test_a_form_of_an_earlier_session_is_offered_again(officer: Desk) -> None:
    address, fields = _decision(officer)
    offered = officer.client.post(address, data=fields)
    assert offered.status_code == 403
    assert officer.stored("1")["waiting"]
    again = _hidden(offered.text)
    assert officer.client.post(address, data=again, follow_redirects=False).status_code == 303


def test_a_form_of_another_site_is_not_kept(officer: Desk) -> None:
    address, fields = _decision(officer)
    cross_site = {"sec-fetch-site": "cross-site"}
    assert _REASON[:6] not in officer.client.post(address, data=fields, headers=cross_site).text
    officer.client.cookies.clear()
    assert officer.client.post(address, data=fields, headers=cross_site, follow_redirects=False).status_code == 303


def test_passwords_are_never_kept(officer: Desk) -> None:
    sent = {"token": "lama", "sandi_lama": PASSWORD, "sandi_baru": "rahasia-sekali"}
    assert "rahasia-sekali" not in officer.client.post("/akun", data=sent).text


def test_a_search_after_the_end_of_the_session_keeps_the_page(officer: Desk) -> None:
    officer.client.cookies.clear()
    answer = officer.client.get("/unit?cari=kpk", headers={"HX-Request": "true"}, follow_redirects=False)
    assert answer.status_code == 200
    assert "Isian pada halaman ini tetap ada" in answer.text


def test_an_error_page_offers_the_form_again(officer: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    address, fields = _decision(officer)
    token = re.search(r'name="token" value="([^"]+)"', officer.page("/antrean"))
    assert token

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("locked"))

    with monkeypatch.context() as patch:
        patch.setattr(Decisions, "decide_with_similar", locked)
        client = TestClient(officer.client.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
        client.cookies = officer.client.cookies
        failed = client.post(address, data=fields | {"token": token[1]}, headers={"accept": "text/html"})
    assert failed.status_code == 503
    assert officer.client.post(address, data=_hidden(failed.text), follow_redirects=False).status_code == 303
    assert officer.stored("1")["decisions"][0]["reason"] == _REASON


def test_a_file_sent_after_the_end_of_the_session_is_said_to_be_lost(officer: Desk) -> None:
    files = {"berkas": ("laporan.csv", b"Isi Laporan\njalan rusak\n")}
    page = {"accept": "text/html"}
    other = officer.client.post("/unggah", data={"token": "lama"}, files=files, headers=page)
    assert other.status_code == 403
    assert "berkasnya tidak tersimpan" in other.text
    officer.client.cookies.clear()
    answer = officer.client.post("/unggah", data={"token": "lama"}, files=files, headers=page)
    assert answer.status_code == 401
    assert "berkas yang Anda kirim tidak tersimpan" in answer.text
    assert 'name="sandi"' in answer.text
