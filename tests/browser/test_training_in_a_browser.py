"""The whole way on the pages, with the real `pilah` behind them: from an export to another model that answers, and back."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from pydantic import SecretStr

from model.versions.office_home import Office
from service.jobs import subprocesses
from service.settings import Settings
from tests.browser.conftest import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

_SAMPLE = Path("data/offices/kumham/complaints.csv")
# Half of the sample office's rows: enough to train, in half the time.
_ROWS = 250
# Check and training have the machine to themselves or not.
_LONG_MS = 240_000


@pytest.fixture
def office(sample_home: Path, tmp_path: Path) -> Office:
    """The sample office in a home of its own, since its champion will change."""
    folders = ("offices", "models", "history")
    for folder in folders:
        shutil.copytree(sample_home / folder, tmp_path / folder)
    return Office(tmp_path, "kumham")


@pytest.fixture
def own_address(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # Behind everything else it would wait for every other test on this machine.
    monkeypatch.setattr(subprocesses, "_BEHIND_EVERYTHING", ())
    with served(Settings(home=office.home, database_url=SecretStr(f"sqlite:///{office.home / 'pilah.db'}"))) as where:
        yield where


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The newest rows of the sample office."""
    with _SAMPLE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = sorted(reader, key=lambda row: row["received_at"])[-_ROWS:]
    path = tmp_path / "semester dua.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(rows)
    return path


def _accessible(page: Page, axe: str) -> None:
    page.evaluate(axe)
    found = "axe.run().then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html))"
    assert page.evaluate(found) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def test_an_export_becomes_the_model_that_answers_and_the_old_one_comes_back(
    visit: Callable[..., Page], own_address: str, office: Office, export: Path, axe: str
) -> None:
    first = office.champion()
    # axe-core is put into the page from outside, which the page's own policy forbids.
    page = visit("rini", base_url=own_address, bypass_csp=True, viewport={"width": 390, "height": 844})

    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_role("link", name="Latih ulang").click()
    _accessible(page, axe)
    page.get_by_label("Ekspor", exact=True).set_input_files(export)
    page.get_by_role("button", name="Serahkan dan periksa").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    _accessible(page, axe)

    # The page follows by itself to the end of the check.
    expect(page.get_by_role("button", name="Mulai melatih")).to_be_visible(timeout=_LONG_MS)
    _accessible(page, axe)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Baca pemeriksaan").click()
    expect(popup.value.get_by_role("heading").first).to_be_visible()
    popup.value.close()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh buku kerja").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    page.get_by_role("button", name="Mulai melatih").click()
    expect(page.get_by_text("boleh ditutup atau dimuat ulang")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("link", name="Lihat hasilnya").click(timeout=_LONG_MS)
    expect(page.get_by_text("diuji pada pengaduan terbaru yang sama")).to_be_visible()
    _accessible(page, axe)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Baca laporan versi ini").click()
    expect(popup.value.get_by_role("heading").first).to_be_visible()
    popup.value.close()
    page.get_by_role("link", name="Pakai versi ini").click()
    _accessible(page, axe)
    # On half the rows it may well be worse than the one that answers; then it takes a tick.
    for tick in page.get_by_label("Saya tetap memakai versi ini").all():
        tick.check()
    page.get_by_label("Alasan").fill("bulan terbaru ikut dipelajari")
    page.get_by_role("button", name="Ya, pakai versi ini").click(timeout=_LONG_MS)
    page.wait_for_url("**/model", timeout=_LONG_MS)
    second = office.champion()
    assert second != first
    expect(page.get_by_text("bulan terbaru ikut dipelajari")).to_be_visible()
    # The page says by itself when the new one answers.
    expect(page.get_by_text(re.compile(f"Versi {second}, dilatih"))).to_be_visible(timeout=_LONG_MS)
    _accessible(page, axe)

    page.get_by_role("link", name="Kembali ke versi sebelumnya").click()
    _accessible(page, axe)
    page.get_by_role("button", name="Ya, kembalikan").click(timeout=_LONG_MS)
    page.wait_for_url("**/model", timeout=_LONG_MS)
    assert office.champion() == first
    expect(page.get_by_text(re.compile(f"Versi {first}, dilatih"))).to_be_visible(timeout=_LONG_MS)
    assert list((office.home / "trainings").rglob("exports")) == []
