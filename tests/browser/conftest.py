"""A browser and a running server: the system's Chromium, and the sample office with a filled desk."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright
from pydantic import SecretStr

from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.operations.demonstration import fill_desk
from service.settings import Settings
from tests.browser.serving import answering, chromium_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

PASSWORD = "kata-sandi-uji"  # noqa: S105 - of invented users
ROLES = {"sari": "officer", "budi": "supervisor", "rini": "administrator"}
_AXE = Path(__file__).parent / "vendor" / "axe.min.js"


# Playwright runs an event loop in this thread, which would break other modules' tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the tests are skipped, unless PILAH_BROWSER=required."""
    path = chromium_path()
    if path is None:
        if os.environ.get("PILAH_BROWSER") == "required":
            pytest.fail("PILAH_BROWSER=required, and there is no Chromium. Install it: apt-get install chromium")
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, the user of most builders.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a served desk with an officer, a supervisor and an administrator."""
    app = create_app(settings)
    with open_accounts(app.state.database) as accounts:
        for name, role in ROLES.items():
            accounts.add_user(name, role, PASSWORD, "test")
    with answering(app) as where:
        yield where


@pytest.fixture(scope="module")
def address(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample office's desk."""
    database = tmp_path_factory.mktemp("browser") / "pilah.db"
    settings = Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{database}"))
    fill_desk(settings)
    with served(settings) as where:
        yield where


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return _AXE.read_text(encoding="utf-8")


def _is_a_fault(message: ConsoleMessage) -> bool:
    """Whether a console message is an error other than a missing page."""
    return message.type == "error" and "404" not in message.text


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a browser and signs in; an error in the browser's console fails the test."""
    contexts, console_errors = [], []

    def open_page(name: str, *, expects_faults: bool = False, **options: Any) -> Page:
        # A test may serve a desk of its own.
        if "base_url" not in options:
            options["base_url"] = request.getfixturevalue("address")
        context = browser.new_context(accept_downloads=True, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        if not expects_faults:
            page.on("console", lambda message: console_errors.append(message.text) if _is_a_fault(message) else None)
        page.goto("/")
        page.get_by_label("Nama").fill(name)
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.get_by_role("heading", name="Antrean").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert console_errors == []
