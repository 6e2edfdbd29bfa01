"""Category follows unit on the complaint page: without scripts by the server, which never stores a left-over category."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.service.desk import Desk

_TEXT = "laporan saya di polres belum ada kejelasan"


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found
    return found[1]


def _checked(page: str, name: str) -> str:
    shown = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    found = re.search(rf'name="{name}" value="([^"]*)"[^>]* checked', shown)
    return found[1] if found else ""


def _sure(officer: Desk) -> tuple[dict[str, Any], dict[str, str]]:
    """A stored complaint, and the form's fields of a page that chose the first unit and category in advance."""
    officer.send("1", text=_TEXT)
    stored = officer.stored("1")
    unit, category = (stored["suggestion"][side][0]["id"] for side in ("units", "categories"))
    return stored, {"unit": unit, "kategori": category, "kategori_untuk": unit, "kategori_awal": category}


def test_the_page_has_the_categories_of_each_offered_unit(officer: Desk) -> None:
    stored, fields = _sure(officer)
    page = officer.page(f"/pengaduan/{stored['id']}")
    assert _hidden(page, "kategori_untuk") == fields["unit"]
    for unit in stored["suggestion"]["units"]:
        assert f'<template data-follows="kategori" data-choice="{unit["id"]}"' in page
    for category in stored["suggestion"]["categories"]:
        assert f'<template data-follows="unit" data-choice="{category["id"]}"' in page
    found = officer.page(f"/unit?cari=komnas ham&pengaduan={stored['id']}")
    assert '<template data-follows="kategori" data-choice="komnas-ham"' in found
    assert "<template" not in officer.page("/unit?cari=komnas ham")


@pytest.mark.parametrize("fields", [{"unit": "komnas-ham"}, {"cari": "Komnas HAM"}])
def test_a_category_chosen_in_advance_for_another_unit_is_not_stored(officer: Desk, fields: dict[str, str]) -> None:
    stored, sent = _sure(officer)
    address = f"/pengaduan/{stored['id']}/putuskan"
    refused = officer.post(address, **sent | fields)
    assert refused.status_code == 422
    assert "Kategori kini diurutkan untuk unit pilihan Anda" in refused.text
    assert _checked(refused.text, "unit") == "komnas-ham"
    assert _hidden(refused.text, "kategori_untuk") == "komnas-ham"
    assert not officer.stored(stored["reference_id"])["decisions"]
    # The officer has seen the list for this unit, and any category of it counts.
    marks = {name: _hidden(refused.text, name) for name in ("kategori_untuk", "kategori_awal")}
    shown = re.sub(r"<template.*?</template>", "", refused.text, flags=re.DOTALL)
    first = re.search(r'name="kategori" value="([^"]*)"', shown)
    assert first
    answer = officer.post(address, unit="komnas-ham", kategori=first[1], **marks)
    assert answer.status_code == 303
    decision = officer.stored(stored["reference_id"])["decisions"][0]
    assert (decision["unit"], decision["category"], decision["verdict"]) == ("komnas-ham", first[1], "changed")


def test_a_category_chosen_by_hand_counts_for_any_unit(officer: Desk) -> None:
    stored, sent = _sure(officer)
    other = stored["suggestion"]["categories"][1]["id"]
    by_hand = sent | {"unit": "komnas-ham", "kategori": other}
    assert officer.post(f"/pengaduan/{stored['id']}/putuskan", **by_hand).status_code == 303


def test_the_unit_first_suggested_keeps_its_category(officer: Desk) -> None:
    stored, sent = _sure(officer)
    assert officer.post(f"/pengaduan/{stored['id']}/putuskan", **sent).status_code == 303
    assert officer.stored("1")["decisions"][0]["verdict"] == "accepted"


def test_without_a_script_a_button_ranks_and_stores_nothing(officer: Desk) -> None:
    stored, sent = _sure(officer)
    address = f"/pengaduan/{stored['id']}/putuskan"
    ranked = officer.post(address, **sent | {"unit": "komnas-ham", "urutkan": "ya"})
    assert ranked.status_code == 200
    assert "Diurutkan untuk <bdi>Komnas HAM</bdi>" in ranked.text
    category = stored["suggestion"]["categories"][1]["id"]
    ranked = officer.post(address, **sent | {"unit": "", "kategori": category, "urutkan": "ya"})
    assert "Diurutkan untuk kategori <bdi>" in ranked.text
    assert _checked(ranked.text, "kategori") == category
    assert not officer.stored("1")["decisions"]


def test_a_refused_form_drops_the_left_over_category_too(officer: Desk) -> None:
    stored, sent = _sure(officer)
    refused = officer.post(
        f"/pengaduan/{stored['id']}/putuskan", **sent | {"unit": "komnas-ham", "cari_tembusan": "bukan unit"}
    )
    assert refused.status_code == 422
    assert _hidden(refused.text, "kategori_untuk") == "komnas-ham"
    assert "Diurutkan untuk <bdi>Komnas HAM</bdi>" in refused.text
