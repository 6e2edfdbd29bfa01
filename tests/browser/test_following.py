"""Category follows unit, and unit follows category, in a browser and without a round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Visit = Callable[..., Page]


def _open(page: Page, place: int = 0) -> str:
    """Open a waiting complaint whose choices the page leaves to the officer, and return its address."""
    page.goto("/antrean?status=review")
    page.locator("a.row").nth(place).click()
    page.wait_for_url("**/pengaduan/*")
    page.locator("form[data-armed]").wait_for()
    return page.url.split("?")[0]


def _listed(page: Page, name: str) -> list[str]:
    inputs = page.locator(f"[data-list={name}] input[name={name}]")
    return [str(each.get_attribute("value")) for each in inputs.all()]


def _expected(page: Page, follows: str, choice: str) -> list[str]:
    """The ids in the list that follows a choice."""
    found: list[str] = page.evaluate(
        """([follows, choice]) => [...document.querySelectorAll(`template[data-follows="${follows}"]`)]
             .filter(list => list.dataset.choice === choice)
             .flatMap(list => [...list.content.querySelectorAll("input")].map(each => each.value))""",
        [follows, choice],
    )
    return found


def _checked(page: Page, name: str) -> str:
    return str(page.evaluate("name => document.querySelector(`input[name=${name}]:checked`)?.value ?? ''", name))


def _choose_in_advance(page: Page) -> str:
    """Check the first category, as the page itself does where it is confident."""
    page.evaluate(
        """() => { const first = document.querySelector('[data-list=kategori] input'); first.checked = true;
             document.querySelector('[name=kategori_awal]').value = first.value; }"""
    )
    return _checked(page, "kategori")


def _decision_of(page: Page) -> dict[str, str]:
    """The fields of the next decision that the page sends, which is held back."""
    sent: dict[str, str] = {}

    def hold(route: object) -> None:
        body = route.request.post_data or ""  # type: ignore[attr-defined]
        sent.update(parse_qsl(body))
        # No content: the page stays.
        route.fulfill(status=204)  # type: ignore[attr-defined]

    page.route("**/putuskan*", hold)
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    page.unroute("**/putuskan*")
    return sent


def test_another_unit_brings_its_own_categories_at_once(visit: Visit) -> None:
    page = visit("sari", expects_faults=True)
    _open(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    units = _listed(page, "unit")
    for key in ("2", "3", "4"):
        if key == "2":
            _choose_in_advance(page)
        page.keyboard.press(key)
        unit = units[int(key) - 1]
        assert _checked(page, "unit") == unit
        assert _listed(page, "kategori") == _expected(page, "kategori", unit)
        assert _checked(page, "kategori") in {"", _listed(page, "kategori")[0]}
        expect(page.get_by_text("Diurutkan untuk")).to_be_visible()
        assert page.locator("[name=kategori_untuk]").input_value() == unit
    assert [each for each in requests if "/saran" not in each] == []


def test_enter_never_sends_a_category_of_the_unit_before(visit: Visit) -> None:
    page = visit("sari", expects_faults=True)
    before = _open(page)
    own = _choose_in_advance(page)
    page.keyboard.press("5")
    for _ in range(20):
        page.keyboard.down("2")
    page.keyboard.up("2")
    unit = _checked(page, "unit")
    sent = _decision_of(page)
    if sent:
        assert (sent["unit"], sent["kategori_untuk"]) == (unit, unit)
        assert sent["kategori"] in _expected(page, "kategori", unit)
    else:
        expect(page.get_by_text("Pilih dahulu kategorinya.")).to_be_visible()
        assert _checked(page, "kategori") == ""
        page.keyboard.press("q")
        sent = _decision_of(page)
        assert sent["kategori"] == _expected(page, "kategori", unit)[0]
    assert own
    assert page.url.split("?")[0] == before


def test_a_unit_found_by_name_brings_its_own_categories(visit: Visit) -> None:
    page = visit("sari")
    _open(page)
    page.keyboard.press("u")
    page.keyboard.type("komnas ham")
    page.keyboard.press("Enter")
    page.locator("#hasil-unit input:checked").wait_for()
    assert _checked(page, "unit") == "komnas-ham"
    assert _listed(page, "kategori") == _expected(page, "kategori", "komnas-ham") != []
    expect(page.get_by_text("Diurutkan untuk Komnas HAM")).to_be_visible()


def test_a_category_chosen_first_brings_its_own_units(visit: Visit) -> None:
    page = visit("sari")
    _open(page)
    page.keyboard.press("w")
    category = _checked(page, "kategori")
    assert _listed(page, "unit") == _expected(page, "unit", category)
    expect(page.get_by_text("Diurutkan untuk kategori")).to_be_visible()
    # The category leads: the unit is chosen from its list, and the category stays.
    categories = _listed(page, "kategori")
    page.keyboard.press("2")
    assert (_checked(page, "kategori"), _listed(page, "kategori")) == (category, categories)
    page.keyboard.press("0")
    assert _checked(page, "unit") == "-"


def test_choices_restored_on_the_way_back_bring_their_lists(visit: Visit) -> None:
    page = visit("sari")
    before = _open(page)
    page.keyboard.press("3")
    unit = _checked(page, "unit")
    page.goto("/antrean")
    page.go_back()
    page.wait_for_url(f"{before}*")
    page.locator("form[data-armed]").wait_for()
    restored = _checked(page, "unit")
    assert restored in {"", unit}
    if restored:
        assert _listed(page, "kategori") == _expected(page, "kategori", unit)
        assert page.locator("[name=kategori_untuk]").input_value() == unit
