"""Signing in and out."""

from __future__ import annotations

import pytest

from tests.service.desk import PASSWORD, Desk


@pytest.mark.parametrize("address", ["/antrean", "/dasbor", "/model", "/unggah", "/baru", "/ekspor", "/pengelola", "/"])
def test_nobody_sees_a_page_without_signing_in(desk: Desk, address: str) -> None:
    answer = desk.client.get(address)
    assert answer.url.path == "/masuk"


def test_signing_in_returns_to_the_requested_page(desk: Desk) -> None:
    desk.sign_in("sari").client.cookies.clear()
    back = {"nama": "sari", "sandi": PASSWORD, "lanjut": "/dasbor?dari=2026-01-01"}
    answer = desk.client.post("/masuk", data=back, follow_redirects=False)
    assert answer.headers["location"] == "/dasbor?dari=2026-01-01"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"]
)
def test_signing_in_never_redirects_to_another_host(desk: Desk, elsewhere: str) -> None:
    desk.sign_in("sari").client.cookies.clear()
    back = {"nama": "sari", "sandi": PASSWORD, "lanjut": elsewhere}
    assert desk.client.post("/masuk", data=back, follow_redirects=False).headers["location"] == "/"


def test_five_wrong_passwords_lock_the_account(desk: Desk) -> None:
    desk.sign_in("sari").client.cookies.clear()
    for _ in range(5):
        assert desk.client.post("/masuk", data={"nama": "sari", "sandi": "salah"}).status_code == 403
    assert desk.client.post("/masuk", data={"nama": "sari", "sandi": PASSWORD}).status_code == 403
    desk.sign_in("budi")


def test_a_cookie_is_invalid_after_signing_out(officer: Desk) -> None:
    cookie = officer.client.cookies.get("pilah_masuk") or ""
    officer.post("/keluar")
    officer.client.cookies.set("pilah_masuk", cookie)
    assert officer.client.get("/antrean").url.path == "/masuk"


def test_the_keys_of_letters_are_turned_off_and_on(officer: Desk) -> None:
    assert 'data-keys="off"' not in officer.page("/antrean")
    officer.post("/akun/tombol", tombol="mati")
    assert 'data-keys="off"' in officer.page("/antrean")
    officer.post("/akun/tombol", tombol="hidup")
    assert 'data-keys="off"' not in officer.page("/antrean")


def test_pages_show_the_name_of_the_office(officer: Desk) -> None:
    assert "Deputi Koordinasi Hukum dan HAM (contoh)" in officer.page("/antrean")
