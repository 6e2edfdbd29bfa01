"""An officer's daily work in a browser, by keyboard."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from data.exports.open import open_export, write_laporan_ringkas
from tests.browser.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Route

    Visit = Callable[..., Page]

PAGES = (
    "/antrean",
    "/baru",
    "/baru?surat=ya",
    "/unggah",
    "/dasbor",
    "/daftar",
    "/ekspor",
    "/model",
    "/akun",
    "/putusan-saya",
)


def _waiting(page: Page) -> int:
    page.goto("/antrean")
    found = re.search(r"(\d+) menunggu", page.locator(".tally").inner_text())
    assert found
    return int(found[1])


def _open_first(page: Page) -> str:
    """Open the first waiting complaint and return its address."""
    page.locator("a.row").first.click()
    # Keys pressed before the page has loaded would go to the queue.
    page.wait_for_url("**/pengaduan/*")
    page.get_by_role("button", name="Putuskan").wait_for()
    return page.url


def _decide_by_keyboard(page: Page, *keys: str) -> None:
    """Press the keys once the complaint was on screen for a moment, and wait for the next complaint to open."""
    before = page.url.split("?")[0]
    if "Enter" in keys:
        page.locator("form[data-armed]").wait_for()
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_url(lambda url: url.split("?")[0] != before)


def _choose_first(page: Page) -> None:
    """Choose the first unit and the first category."""
    for name in ("unit", "kategori"):
        page.locator(f"input[name={name}]").first.check()


def _hold(page: Page, key: str, seconds: float) -> None:
    """Hold a key: a keyboard repeats the key about thirty times a second."""
    for _ in range(int(seconds * 30)):
        page.keyboard.down(key)
        page.wait_for_timeout(33)
    page.keyboard.up(key)


def test_a_held_enter_decides_nothing(visit: Visit) -> None:
    page = visit("sari")
    waited = _waiting(page)
    page.keyboard.press("j")
    _hold(page, "Enter", 3)
    assert "/pengaduan/" in page.url
    assert _waiting(page) == waited
    # Also where the first choice is made, only the first press counts.
    _open_first(page)
    _choose_first(page)
    page.locator("form[data-armed]").wait_for()
    page.locator("h1").click()
    _hold(page, "Enter", 2)
    assert _waiting(page) == waited - 1


def test_a_double_click_decides_one_complaint(visit: Visit) -> None:
    page = visit("sari")
    waited = _waiting(page)
    _open_first(page)
    _choose_first(page)
    page.locator("form[data-armed]").wait_for()
    box = page.get_by_role("button", name="Putuskan").bounding_box()
    assert box
    for pause in (120, 150, 0):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(pause)
    page.get_by_role("button", name="Batalkan Z").wait_for()
    assert _waiting(page) == waited - 1


def test_enter_asks_for_the_missing_choice(visit: Visit) -> None:
    page = visit("sari")
    page.goto("/antrean?status=review")
    before = _open_first(page)
    page.locator("form[data-armed]").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Pilih dahulu unit yang bertanggung jawab.")).to_be_visible()
    assert page.url == before


def test_a_complaint_that_was_not_on_screen_is_shown_first(visit: Visit) -> None:
    page = visit("sari", viewport={"width": 390, "height": 600})
    # A browser may restore the position at the page's end.
    page.add_init_script("addEventListener('DOMContentLoaded', () => scrollTo(0, 1e6))")
    before = _open_first(page)
    page.wait_for_timeout(900)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Baca dahulu pengaduannya")).to_be_visible()
    expect(page.locator("[data-complaint-text]")).to_be_in_viewport()
    assert page.url == before


def test_a_decision_survives_the_end_of_the_session(visit: Visit) -> None:
    page = visit("sari", expects_faults=True)
    before = _open_first(page)
    _choose_first(page)
    page.get_by_label("Alasan").fill("sesuai hasil rapat")
    page.locator("form[data-armed]").wait_for()
    page.context.clear_cookies()
    page.get_by_label("Tambah tembusan").press_sequentially("kpk")
    expect(page.locator("#hasil-tembusan")).to_contain_text("Isian pada halaman ini tetap ada")
    page.get_by_label("Tambah tembusan").fill("")
    page.get_by_role("button", name="Putuskan").click()
    expect(page.get_by_text("Isian Anda tidak hilang")).to_be_visible()
    page.get_by_label("Nama").fill("sari")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_text("sesuai hasil rapat")).to_be_visible()
    page.get_by_role("button", name="Kirim lagi").click()
    page.get_by_role("button", name="Batalkan Z").wait_for()
    page.goto(before)
    expect(page.locator(".decided")).to_contain_text("sesuai hasil rapat")


def test_the_loser_of_two_windows_keeps_the_choice_and_the_reason(visit: Visit) -> None:
    page, other = visit("sari", expects_faults=True), visit("budi")
    before = _open_first(page)
    _choose_first(page)
    page.get_by_label("Alasan").fill("sesuai hasil rapat")
    other.goto(before)
    _choose_first(other)
    other.locator("form[data-armed]").wait_for()
    other.get_by_role("button", name="Putuskan").click()
    other.get_by_role("button", name="Batalkan Z").wait_for()
    page.get_by_role("button", name="Putuskan").click()
    expect(page.get_by_text("rekan Anda")).to_be_visible()
    expect(page.get_by_label("Alasan (bila perlu)")).to_have_value("sesuai hasil rapat")
    page.locator("form[data-armed]").wait_for()
    page.get_by_role("button", name="Ganti putusan itu").click()
    page.get_by_role("button", name="Batalkan Z").wait_for()
    page.goto(before)
    expect(page.locator(".decided")).to_contain_text("oleh sari")


def test_a_slow_line_enters_a_form_once(visit: Visit) -> None:
    page = visit("sari")
    page.goto("/baru")
    page.get_by_label("Isi pengaduan").fill("paspor saya belum jadi, dikirim lewat sambungan lambat")
    sent = []

    def answer_late(route: Route) -> None:
        sent.append(route.request.url)
        time.sleep(0.5)
        route.continue_()

    page.route(lambda address: address.endswith("/baru"), answer_late)
    page.get_by_role("button", name="Simpan").scroll_into_view_if_needed()
    box = page.get_by_role("button", name="Simpan").bounding_box()
    assert box
    for _ in range(3):
        page.mouse.click(box["x"] + 20, box["y"] + 10)
    page.wait_for_url("**/pengaduan/*")
    assert len(sent) == 1


def test_the_back_button_shows_what_was_decided(visit: Visit) -> None:
    page = visit("sari")
    _open_first(page)
    _decide_by_keyboard(page, "1", "q", "Enter")
    page.go_back()
    expect(page.locator(".decided").or_(page.get_by_role("heading", name="Antrean"))).to_be_visible()
    assert page.locator("form[data-decision]").count() == 0


def test_keys_of_letters_can_be_turned_off(visit: Visit) -> None:
    page = visit("sari")
    page.goto("/akun")
    page.get_by_role("button", name="Matikan tombol").click()
    page.get_by_role("button", name="Hidupkan tombol").wait_for()
    before = _open_first(page) if page.goto("/antrean") else ""
    for key in ("0", "u", "j", "?"):
        page.keyboard.press(key)
    assert page.url == before
    assert page.locator("input[name=unit][value='-']:checked").count() == 0
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_at_400_percent_zoom_the_text_has_the_screen(visit: Visit) -> None:
    page = visit("sari", viewport={"width": 341, "height": 192})
    _open_first(page)
    positions = "['.promise', '.decide'].map(name => getComputedStyle(document.querySelector(name)).position)"
    assert page.evaluate(positions) == ["static", "static"]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_printed_complaint_has_no_controls(visit: Visit) -> None:
    page = visit("sari")
    _open_first(page)
    page.emulate_media(media="print")
    expect(page.locator("[data-complaint-text]")).to_be_visible()
    for hidden in (page.get_by_role("button", name="Putuskan"), page.get_by_role("navigation", name="Menu utama")):
        expect(hidden).to_be_hidden()


def test_ten_complaints_are_decided_by_keyboard_alone(visit: Visit) -> None:
    page = visit("sari")
    waited = _waiting(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pengaduan/*")
    for _ in range(9):
        # The first is chosen already where Pilah is confident; 1 and Q say so in any case.
        _decide_by_keyboard(page, "1", "q", "Enter")
    _decide_by_keyboard(page, "2", "q", "Enter")
    expect(page.get_by_role("status").first).to_contain_text("diteruskan ke")
    assert _waiting(page) == waited - 10


def test_a_correction_is_two_keys_and_z_undoes_the_correction(visit: Visit) -> None:
    page = visit("sari")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pengaduan/*")
    first = page.url.split("?")[0]
    chosen = page.get_by_role("radio").nth(2).get_attribute("value")
    assert chosen
    _decide_by_keyboard(page, "3", "q", "Enter")
    _decide_by_keyboard(page, "z")
    assert page.url.split("?")[0] == first
    expect(page.get_by_text("dibatalkan")).to_be_visible()
    expect(page.get_by_role("button", name="Putuskan")).to_be_visible()


def test_a_unit_is_found_by_its_abbreviation(visit: Visit) -> None:
    page = visit("sari")
    before = _open_first(page)
    page.keyboard.press("u")
    page.keyboard.type("kpk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Komisi Pemberantasan Korupsi").last).to_be_checked()
    _decide_by_keyboard(page, "q", "Enter")
    page.goto(before)
    expect(page.locator(".decided")).to_contain_text("Komisi Pemberantasan Korupsi")


def test_a_choice_made_before_the_search_result_stays(visit: Visit) -> None:
    page = visit("sari")
    _open_first(page)
    asked = []

    def answer_late(route: Route) -> None:
        asked.append(route.request.url)
        time.sleep(0.4)
        route.continue_()

    page.route("**/unit?*", answer_late)
    page.keyboard.press("u")
    page.keyboard.type("polri", delay=30)
    page.keyboard.press("Enter")
    found = page.get_by_role("radio", name="Mabes Polri").last
    expect(found).to_be_checked()
    # The result of the typed search would arrive now.
    page.wait_for_timeout(800)
    expect(found).to_be_checked()
    expect(found).to_be_focused()
    page.get_by_label("Unit lain").fill("kpk")
    page.wait_for_timeout(250)
    page.get_by_label("Unit lain").fill("kejaksaan")
    expect(page.locator("#hasil-unit")).to_contain_text("Kejaksaan")
    page.wait_for_timeout(800)
    expect(page.locator("#hasil-unit")).not_to_contain_text("Korupsi")


def test_a_typed_unit_counts_although_nothing_was_chosen(visit: Visit) -> None:
    page = visit("sari")
    before = _open_first(page)
    _choose_first(page)
    page.get_by_label("Unit lain").press_sequentially("kpk")
    expect(page.locator("input[name=unit]:checked")).to_have_count(0)
    page.locator("form[data-armed]").wait_for()
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("button", name="Batalkan Z").wait_for()
    page.goto(before)
    expect(page.locator(".decided")).to_contain_text("Komisi Pemberantasan Korupsi")


def test_the_candidate_chosen_last_counts_before_the_typed_name(visit: Visit) -> None:
    page = visit("sari")
    _open_first(page)
    page.get_by_label("Unit lain").press_sequentially("kpk")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_label("Unit lain")).to_have_value("")
    expect(page.locator("input[name=unit]").first).to_be_checked()


def test_a_failed_search_shows_a_message(visit: Visit) -> None:
    page = visit("sari", expects_faults=True)
    _open_first(page)
    page.route("**/unit?*", lambda route: route.abort())
    page.get_by_label("Unit lain").press_sequentially("kpk")
    expect(page.locator("#hasil-unit")).to_contain_text("Periksa sambungan")


def test_keys_typed_into_a_field_decide_nothing(visit: Visit) -> None:
    page = visit("sari")
    before = _open_first(page)
    page.get_by_label("Alasan").fill("")
    page.keyboard.type("12 ya?")
    assert page.url == before
    expect(page.get_by_label("Alasan")).to_have_value("12 ya?")


def test_the_help_lists_the_keys(visit: Visit) -> None:
    page = visit("sari")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("polres")
    page.keyboard.press("Enter")
    page.wait_for_url("**cari=polres**")


def test_five_hundred_rows_are_uploaded_exported_and_counted(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "laporan-ringkas.xlsx"
    rows = [
        {
            "Tracking ID": str(7_000_000 + n),
            "Tanggal Laporan Masuk": "23 Nov 2026",
            "Isi Laporan Awal": f"Laporan polisi saya nomor urut {n} di polres belum ditindaklanjuti",
        }
        for n in range(500)
    ]
    write_laporan_ringkas(path, rows)
    page = visit("budi")
    page.get_by_role("link", name="Unggah", exact=True).click()
    page.get_by_label("Berkas").set_input_files(path)
    page.get_by_role("button", name="Unggah").click()
    expect(page.get_by_text("Sedang dibaca").or_(page.get_by_text("Selesai dibaca"))).to_be_visible()
    # The page updates by script, without a reload.
    expect(page.get_by_text("Selesai dibaca: 500 baris")).to_be_visible(timeout=90_000)
    page.get_by_role("link", name="Ekspor", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh").click()
    target = tmp_path / "ekspor.xlsx"
    download.value.save_as(target)
    exported = {row.fields["id"] for row in open_export(target).rows()}
    assert {row["Tracking ID"] for row in rows} <= exported
    page.get_by_role("link", name="Dasbor", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("^Masuk [5-9]"))).to_be_visible()


def test_a_complaint_is_decided_without_scripts(visit: Visit) -> None:
    page = visit("sari", java_script_enabled=False)
    before = _open_first(page)
    _choose_first(page)
    page.get_by_role("button", name="Putuskan").click()
    assert page.url != before
    expect(page.get_by_role("status").first).to_contain_text("diteruskan ke")


def test_copies_are_chosen_by_keyboard(visit: Visit) -> None:
    page = visit("sari")
    before = _open_first(page)
    page.keyboard.press("b")
    for typed in ("kpk", "komjak"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Tambah tembusan")).to_have_value("")
    for name in ("Komisi Pemberantasan Korupsi", "Komisi Kejaksaan"):
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    page.keyboard.press("Escape")
    _decide_by_keyboard(page, "1", "q", "Enter")
    page.goto(before)
    expect(page.locator(".decided")).to_contain_text("Tembusan: Komisi Pemberantasan Korupsi, Komisi Kejaksaan")


def test_the_undo_notice_stays_for_ten_seconds(visit: Visit) -> None:
    page = visit("sari")
    page.clock.install()
    _open_first(page)
    _decide_by_keyboard(page, "1", "q", "Enter")
    expect(page.get_by_role("button", name="Batalkan Z")).to_be_visible()
    page.clock.run_for(9_000)
    expect(page.get_by_role("button", name="Batalkan Z")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("button", name="Batalkan Z")).to_be_hidden()


def _assert_accessible(page: Page, axe: str) -> None:
    """Check a page by axe-core in light and dark, and that the page fits the width of the screen."""
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        violations = page.evaluate(
            "axe.run().then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html))"
        )
        assert violations == [], f"{page.url} {scheme}"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(visit: Visit, axe: str, width: int) -> None:
    # The page's content policy forbids injecting axe-core.
    page = visit("rini", viewport={"width": width, "height": 900}, bypass_csp=True)
    # axe-core would measure intermediate colours during a transition.
    page.emulate_media(reduced_motion="reduce")
    complaint = page.locator("a.row").first.get_attribute("href") or ""
    for address in (
        *PAGES,
        f"{complaint.partition('?')[0]}/jangan",
        "/pengelola",
        "/nirgends",
        "/antrean?cari=tidakada",
        complaint,
    ):
        page.goto(address)
        _assert_accessible(page, axe)
    page.get_by_label("Unit lain").press_sequentially("kejati")
    page.locator("#hasil-unit input").first.wait_for()
    page.get_by_label("Tambah tembusan").press_sequentially("kpk")
    page.locator("#hasil-tembusan input").first.wait_for()
    _assert_accessible(page, axe)
    _choose_first(page)
    page.locator("form[data-armed]").wait_for()
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("button", name="Batalkan Z").wait_for()
    _assert_accessible(page, axe)
    page.goto(complaint)
    page.locator(".decided").wait_for()
    _assert_accessible(page, axe)
    page.context.clear_cookies()
    page.goto("/masuk")
    _assert_accessible(page, axe)


def test_a_supervisor_previews_a_rule_before_adding_the_rule(visit: Visit, sample_home: Path) -> None:
    rules = sample_home / "offices" / "kumham" / "rules.csv"
    page = visit("budi")
    page.locator("a.row").first.click()
    page.get_by_role("link", name="Larang saran").click()
    page.get_by_label("Alasan").fill("bukan kewenangan unit ini")
    page.get_by_role("button", name="Lihat dampaknya").click()
    page.get_by_role("heading", name="Dampaknya").wait_for()
    assert not rules.exists()
    try:
        page.get_by_role("button", name="Tetapkan larangan").click()
        page.get_by_role("status").filter(has_text="ditetapkan").wait_for()
        assert ",forbid," in rules.read_text(encoding="utf-8")
    finally:
        rules.unlink(missing_ok=True)
