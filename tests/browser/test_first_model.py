"""An office's first day in a real browser without scripts: units pasted, looked at, confirmed, and a queue that works."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from service.jobs import subprocesses
from service.settings import Settings
from tests.browser.conftest import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

_PATIENCE_SECONDS = 120
_UNITS = """Nama Perangkat Daerah\tSingkatan\tUraian
Dinas Pekerjaan Umum dan Penataan Ruang\tDPUPR\tJalan rusak, jembatan, drainase, banjir
Dinas Kesehatan\tDinkes\tPuskesmas, imunisasi, demam berdarah
\t\ttanpa nama
"""


@pytest.fixture
def own_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an office without a model."""
    monkeypatch.setattr(subprocesses, "_LOWEST_PRIORITY", ())
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    with served(Settings(home=tmp_path / "home", office="kabupaten", database_url=url)) as where:
        yield where


@pytest.mark.parametrize("width", [1366, 390])
def test_an_office_starts_from_pasted_units(
    visit: Callable[..., Page], own_address: str, tmp_path: Path, width: int
) -> None:
    # A mistake is answered with 422, which Chromium calls a fault.
    size = {"width": width, "height": 844}
    page = visit("rini", expects_faults=True, base_url=own_address, java_script_enabled=False, viewport=size)
    page.get_by_role("link", name="Mulai dari daftar unit").press("Enter")
    page.get_by_role("radio", name="Tanpa kategori").check()
    page.get_by_role("button", name="Lihat yang terbaca").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Tulis sedikitnya satu unit, atau pilih kategori.")

    file = tmp_path / "units.csv"
    file.write_text(_UNITS, encoding="utf-16")
    page.get_by_text("Daftarnya sudah berupa berkas?").press("Enter")
    page.get_by_label("units.csv").set_input_files(file)
    page.get_by_role("button", name="Muat berkas").press("Enter")
    expect(page.get_by_role("radio", name="Tanpa kategori")).to_be_checked()
    page.get_by_role("radio", name="Kategori SP4N-LAPOR!").check()
    page.get_by_role("button", name="Lihat yang terbaca").press("Enter")
    expect(page.get_by_role("heading", name="2 unit")).to_be_visible()
    expect(page.get_by_text("Baris 4 tidak memuat nama")).to_be_visible()
    page.get_by_role("button", name="Benar, mulai").press("Enter")

    until = time.monotonic() + _PATIENCE_SECONDS
    while not page.get_by_role("link", name="Buka antrean").is_visible():
        assert time.monotonic() < until
        time.sleep(0.5)
        page.reload()
    page.get_by_role("link", name="Ketik pengaduan").press("Enter")
    page.get_by_label("Isi pengaduan").fill("Jembatan di desa kami putus dan jalan rusak sejak banjir kemarin.")
    page.get_by_role("button", name="Simpan dan minta saran").press("Enter")
    expect(page.get_by_text("Dinas Pekerjaan Umum dan Penataan Ruang").first).to_be_visible()
