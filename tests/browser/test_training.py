"""Retraining on the pages with the real `pilah` process: check, training, promotion and rollback."""

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
# Half of the sample office's rows train in half the time.
_ROWS = 250
# Check and training may share the machine with other tests.
_LONG_MS = 240_000


@pytest.fixture
def office(sample_home: Path, tmp_path: Path) -> Office:
    """The sample office in its own home, since the test changes the champion."""
    folders = ("offices", "models", "history")
    for folder in folders:
        shutil.copytree(sample_home / folder, tmp_path / folder)
    return Office(tmp_path, "kumham")


@pytest.fixture
def own_address(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    # With low priority, the process would wait for all other tests on this machine.
    monkeypatch.setattr(subprocesses, "_LOWEST_PRIORITY", ())
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


def test_a_model_is_trained_promoted_and_rolled_back(
    visit: Callable[..., Page], own_address: str, office: Office, export: Path, axe: str
) -> None:
    first = office.champion()
    # The page's content policy forbids injecting axe-core.
    page = visit("rini", base_url=own_address, bypass_csp=True, viewport={"width": 390, "height": 844})

    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_role("link", name="Latih ulang").click()
    _accessible(page, axe)
    page.get_by_label("Ekspor", exact=True).set_input_files(export)
    page.get_by_role("button", name="Serahkan dan periksa").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    _accessible(page, axe)

    # The page updates by script until the check ends.
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
    # Trained on half of the rows, the version may be worse than the champion: then a tick is required.
    for tick in page.get_by_label("Saya tetap memakai versi ini").all():
        tick.check()
    page.get_by_label("Alasan").fill("bulan terbaru ikut dipelajari")
    page.get_by_role("button", name="Ya, pakai versi ini").click(timeout=_LONG_MS)
    page.wait_for_url("**/model", timeout=_LONG_MS)
    second = office.champion()
    assert second != first
    expect(page.get_by_text("bulan terbaru ikut dipelajari")).to_be_visible()
    # The page updates by script once the new version is in use.
    expect(page.get_by_text(re.compile(f"Versi {second}, dilatih"))).to_be_visible(timeout=_LONG_MS)
    _accessible(page, axe)

    page.get_by_role("link", name="Kembali ke versi sebelumnya").click()
    _accessible(page, axe)
    page.get_by_role("button", name="Ya, kembalikan").click(timeout=_LONG_MS)
    page.wait_for_url("**/model", timeout=_LONG_MS)
    assert office.champion() == first
    expect(page.get_by_text(re.compile(f"Versi {first}, dilatih"))).to_be_visible(timeout=_LONG_MS)
    assert list((office.home / "trainings").rglob("exports")) == []
