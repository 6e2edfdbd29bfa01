"""The office's lists over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def test_categories_have_names_parents_and_dates(api: TestClient) -> None:
    categories = {category["id"]: category for category in api.get("/v1/categories").json()["categories"]}
    parent = "ketenteraman-ketertiban-umum-dan-pelindungan-masyarakat"
    assert categories[f"{parent}/kepolisian"] == {
        "id": f"{parent}/kepolisian",
        "name": "Kepolisian",
        "parent": parent,
        "shown_name": "Kepolisian",
        "abbreviations": [],
        "description": "",
        "valid_from": None,
        "valid_to": None,
        "replaced_by": [],
    }
    suggested = api.post("/v1/predictions", json={"text": "laporan saya di polres tidak ada kejelasan"}).json()
    assert {category["id"] for category in suggested["categories"]} <= set(categories)
