"""Names and descriptions of units and categories: tried on past complaints, then saved to the office's own file."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from model.office.categories import read_categories
from model.office.units import read_units
from service.ledger.tables import AuditEvent
from service.pages.model import descriptions
from tests.service.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient

UNIT = "kementerian-desa"
PAGE = f"/model/uraian/ubah?jenis=unit&id={UNIT}"


@pytest.fixture
def own_folder(sample_home: Path) -> Iterator[Path]:
    """The sample office's folder, whose files are as before after the test: all tests share this office."""
    folder = sample_home / "offices" / "kumham"
    before = {name: (folder / name).read_bytes() for name in ("units.csv", "categories.csv")}
    yield folder
    for name, content in before.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def administrator(client: TestClient) -> Desk:
    return Desk(client).sign_in("rini")


def _shown(desk: Desk, page: str = PAGE) -> dict[str, str]:
    """The words that the form shows."""
    text = desk.page(page)
    description = re.search(r"<textarea[^>]*>([^<]*)", text)
    fields = {name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in ("jenis", "id", "nama", "singkatan")}
    assert description
    return {name: html.unescape(found[1]) for name, found in fields.items() if found} | {
        "uraian": html.unescape(description[1])
    }


def _try(desk: Desk, **fields: str) -> Any:
    return desk.post("/model/uraian/coba", PAGE, **_shown(desk) | fields)


def _saving_fields(page: str) -> dict[str, str]:
    form = page[page.index('action="/model/uraian/simpan"') :]
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


def test_a_description_is_tried_then_saved_and_the_audit_log_names_it(administrator: Desk, own_folder: Path) -> None:
    before = (own_folder / "units.csv").read_bytes()
    tried = _try(administrator, uraian="galon")
    assert tried.status_code == 200, tried.text
    assert "saran pertama berubah" in tried.text
    assert "Saran pertama yang benar: semula" in tried.text
    # Rows go to another unit, and the page says which.
    assert "Kurang</th>" in tried.text
    assert "Kementerian Desa</bdi> → " in tried.text
    assert (own_folder / "units.csv").read_bytes() == before
    saved = administrator.client.post("/model/uraian/simpan", data=_saving_fields(tried.text), follow_redirects=False)
    assert saved.status_code == 303, saved.text
    assert "Tersimpan di <code>units.csv</code>" in administrator.page(saved.headers["location"])
    assert read_units(own_folder / "units.csv")[UNIT].description == "galon"
    assert _shown(administrator)["uraian"] == "galon"
    with administrator.database.reading() as session:
        events = session.query(AuditEvent).filter(AuditEvent.action == "wording").all()
        assert [(event.actor, event.subject) for event in events] == [("rini", f"units.csv: {UNIT}")]


def test_a_renamed_unit_keeps_its_old_name(administrator: Desk, own_folder: Path) -> None:
    before = _shown(administrator)["nama"]
    tried = _try(administrator, nama="Kementerian Desa Baru")
    administrator.client.post("/model/uraian/simpan", data=_saving_fields(tried.text), follow_redirects=False)
    unit = read_units(own_folder / "units.csv")[UNIT]
    assert (unit.name, before in unit.abbreviations) == ("Kementerian Desa Baru", True)


def test_a_category_is_tried_and_saved(administrator: Desk, own_folder: Path) -> None:
    category = next(iter(read_categories(own_folder / "categories.csv")))
    page = administrator.page("/model/uraian?jenis=kategori")
    address = next(
        html.unescape(found)
        for found in re.findall(r'href="(/model/uraian/ubah[^"]*)"', page)
        if f"id={category.id.replace('/', '%2F')}" in html.unescape(found)
    )
    tried = administrator.post("/model/uraian/coba", address, **_shown(administrator, address) | {"uraian": "galon"})
    assert "saran pertama berubah" in tried.text
    administrator.client.post("/model/uraian/simpan", data=_saving_fields(tried.text), follow_redirects=False)
    assert read_categories(own_folder / "categories.csv")[category.id].description == "galon"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nama": ""}, "Isi namanya"),
        ({}, "Belum ada yang diubah"),
        ({"singkatan": "Ombudsman"}, "sudah menjadi nama unit lain"),
        ({"nama": "Satu; Dua"}, "titik koma"),
    ],
)
def test_words_that_cannot_be_saved_are_explained(administrator: Desk, fields: dict[str, str], said: str) -> None:
    answer = _try(administrator, **fields)
    assert (answer.status_code, said in answer.text) == (422, True)


def test_words_that_somebody_else_changed_meanwhile_are_not_overwritten(
    administrator: Desk, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptions, "_trial", lambda *_: None)
    tried = _try(administrator, uraian="galon")
    assert "Percobaannya tidak selesai" in tried.text
    other = _try(administrator, uraian="depot air")
    for page, status in ((other, 303), (tried, 409)):
        answer = administrator.client.post(
            "/model/uraian/simpan", data=_saving_fields(page.text), follow_redirects=False
        )
        assert answer.status_code == status
    assert read_units(own_folder / "units.csv")[UNIT].description == "depot air"


def test_the_list_is_searched_by_any_word(administrator: Desk) -> None:
    assert "Ombudsman" in administrator.page("/model/uraian?cari=ombudsman")
    assert "Tidak ada yang cocok" in administrator.page("/model/uraian?cari=qwzxv")
    assert administrator.client.get("/model/uraian/ubah?jenis=unit&id=siluman").status_code == 404
    assert "/model/uraian" in administrator.page("/model")


def test_a_supervisor_may_not_change_words(client: TestClient) -> None:
    desk = Desk(client).sign_in("budi")
    assert desk.client.get("/model/uraian").status_code == 403
    assert "/model/uraian" not in desk.page("/model")
    assert desk.post("/model/uraian/coba", "/antrean", id=UNIT).status_code == 403
