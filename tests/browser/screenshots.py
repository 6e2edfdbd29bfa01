"""Take pictures of the sample office's desk: for docs/petugas.md, or of every page.

Usage: python tests/browser/screenshots.py docs/images
       python tests/browser/screenshots.py FOLDER --every-page [--home FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).parents[2]))

from model.versions.office_home import Office
from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.operations.demonstration import DEMONSTRATION_ROWS, fill_desk
from service.settings import Settings
from tests.browser.serving import answering, chromium_path
from training.sample_office import train_sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

_PASSWORD = "kata-sandi-contoh"  # noqa: S105 - of an invented user, for the time that the pictures take
_COLOURS = 48
_EVERY_PAGE = (
    "antrean",
    "antrean?status=review",
    "antrean?cari=tidakada",
    "baru",
    "baru?surat=ya",
    "unggah",
    "dasbor",
    "daftar",
    "ekspor",
    "model",
    "model/uraian",
    "akun",
    "pengelola",
    "nirgends",
)


def main() -> None:
    """Serve a filled sample office and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every-page", action="store_true")
    parser.add_argument("--home", type=Path, help="keeps the sample office's model for the next time")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # Chromium has no sandbox for root, the user of most builders.
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        with answering(_desk(asked.home or Path(folder), Path(folder))) as address:
            take = _every_page if asked.every_page else _guide
            take(browser, address, asked.folder)
        browser.close()


def _desk(home: Path, folder: Path) -> Any:
    if Office(home, "kumham").champion() is None:
        train_sample(Office(home, "kumham"), newest_left_out=DEMONSTRATION_ROWS)
    settings = Settings(home=home, database_url=SecretStr(f"sqlite:///{folder / 'pictures.db'}"))
    fill_desk(settings)
    app = create_app(settings)
    with open_accounts(app.state.database) as accounts:
        accounts.add_user("sari", "officer", _PASSWORD, "pictures")
        accounts.add_user("rini", "administrator", _PASSWORD, "pictures")
    return app


def _signed_in(browser: Browser, address: str, name: str, **options: Any) -> Page:
    page = browser.new_context(base_url=address, locale="id-ID", **options).new_page()
    page.goto("/")
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Kata sandi").fill(_PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("heading", name="Antrean").wait_for()
    return page


def _guide(browser: Browser, address: str, folder: Path) -> None:
    page = _signed_in(browser, address, "sari", viewport={"width": 1000, "height": 640})
    _save(page.screenshot, folder / "antrean.png")
    page.locator("a.row").nth(2).click()
    page.get_by_role("button", name="Putuskan").wait_for()
    page.set_viewport_size({"width": 1000, "height": 820})
    _save(page.screenshot, folder / "pengaduan.png")
    page.keyboard.press("u")
    page.keyboard.type("kejati")
    page.locator("#hasil-unit input").first.wait_for()
    page.set_viewport_size({"width": 1000, "height": 1400})
    field, found = page.locator("#cari-unit").bounding_box(), page.locator("#hasil-unit").bounding_box()
    assert field is not None
    assert found is not None
    top, below = field["y"] - 34, found["y"] + found["height"]
    picture = page.screenshot(
        clip={"x": field["x"] - 10, "y": top, "width": field["width"] + 20, "height": below - top + 8}
    )
    _save(lambda: picture, folder / "unit-lain.png")
    page.set_viewport_size({"width": 1000, "height": 820})
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Batalkan Z").wait_for()
    _save(page.locator(".flash").screenshot, folder / "batalkan.png")
    page.goto("/dasbor")
    page.set_viewport_size({"width": 1000, "height": 700})
    _save(page.screenshot, folder / "dasbor.png")


def _every_page(browser: Browser, address: str, folder: Path) -> None:
    for width, height in ((1366, 768), (390, 844)):
        for scheme in ("light", "dark"):
            page = _signed_in(
                browser, address, "rini", viewport={"width": width, "height": height}, color_scheme=scheme
            )
            complaint = page.locator("a.row").first.get_attribute("href") or ""
            for name in (*_EVERY_PAGE, complaint.strip("/")):
                page.goto(f"/{name}")
                file_name = "pengaduan" if name.startswith("pengaduan/") else name.replace("?", "_")
                _save_whole(page, folder / f"{file_name}-{width}-{scheme}.png")
            page.context.clear_cookies()
            page.goto("/masuk")
            _save_whole(page, folder / f"masuk-{width}-{scheme}.png")
            page.context.close()


def _save_whole(page: Page, path: Path) -> None:
    page.screenshot(path=path, full_page=True)


def _save(take: Callable[[], bytes], path: Path) -> None:
    """Save a picture with a palette of few colours, at a third of the size."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.png"
        raw.write_bytes(take())
        with Image.open(raw) as picture:
            few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
            few.save(path, optimize=True)


if __name__ == "__main__":
    main()
