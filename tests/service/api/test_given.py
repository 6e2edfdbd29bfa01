"""Predictions for complaints of which the caller knows a unit, category, type or outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.service.desk import Desk

_TEXT = "laporan saya di polres belum ada kejelasan, penyidik tidak menjawab"


def _predicted(api: TestClient, given: dict[str, Any] | None, **query: str) -> dict[str, Any]:
    answer = api.post("/v1/predictions", json={"text": _TEXT, "given": given}, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_known_unit_is_answered_with_its_categories(api: TestClient) -> None:
    own = _predicted(api, None)
    assert "given" not in own
    found = {
        unit: _predicted(api, {"unit": unit})
        for unit in ("Komnas HAM", *(candidate["id"] for candidate in own["units"]))
    }
    answer = found["Komnas HAM"]
    assert answer["given"] == {"unit": "komnas-ham", "category": "", "type": "", "outcome": ""}
    assert [(unit["id"], unit["confidence"]) for unit in answer["units"]] == [("komnas-ham", 1)]
    assert len(answer["categories"]) == 3
    assert len({tuple(category["id"] for category in each["categories"]) for each in found.values()}) > 1


def test_a_known_category_is_answered_with_its_units(api: TestClient) -> None:
    own = _predicted(api, None)
    answer = _predicted(api, {"kategori": own["categories"][1]["name"], "klasifikasi": "Aspirasi"})
    assert [category["id"] for category in answer["categories"]] == [own["categories"][1]["id"]]
    assert len(answer["units"]) == 5
    assert [kind["name"] for kind in answer["types"]] == ["aspirasi"]
    assert answer["evidence"]["track_record"] is None


@pytest.mark.parametrize("field", ["unit", "category", "type", "outcome"])
def test_an_unknown_name_is_refused_with_what_is_known(api: TestClient, field: str) -> None:
    answer = api.post("/v1/predictions", json={"text": _TEXT, "given": {field: "komnas ha"}})
    assert answer.status_code == 422
    assert field != "unit" or "Komnas HAM" in answer.json()["detail"] + str(answer.json())


def test_an_item_of_a_batch_has_its_own_given_and_its_own_problem(api: TestClient) -> None:
    items = [{"text": _TEXT}, {"text": _TEXT, "given": {"unit": "komnas-ham"}}, {"text": _TEXT, "given": {"unit": "x"}}]
    plain, known, refused = api.post("/v1/predictions/batch", json={"complaints": items}).json()["results"]
    assert len(plain["units"]) == 5
    assert [unit["id"] for unit in known["units"]] == ["komnas-ham"]
    assert refused["status"] == 422


def test_an_unknown_field_inside_given_is_noticed(api: TestClient) -> None:
    notices = _predicted(api, {"unit": "komnas-ham", "warna": "biru"})["notices"]
    assert [notice["detail"] for notice in notices if notice["code"] == "unknown_field"] == ["given.warna"]


def test_the_ledger_keeps_the_suggestion_without_what_was_known(desk: Desk) -> None:
    own = desk.send("1", text=_TEXT)
    asked = desk.send("2", text=_TEXT, given={"unit": "komnas-ham"})
    stored = desk.stored("2")["suggestion"]
    assert [unit["id"] for unit in stored["units"]] == [unit["id"] for unit in own["units"]]
    assert stored["categories"] == own["categories"]
    assert "given" not in stored
    assert asked["suggestion_id"] == stored["suggestion_id"]
    again = desk.send("2", text=_TEXT, given={"unit": "komnas-ham"})
    assert again["suggestion_id"] == asked["suggestion_id"]
    body = {"reference_id": "2", "unit": "komnas-ham", "category": asked["categories"][0]["id"]}
    decided = desk.client.post("/v1/decisions", json=body, headers=desk.bearer)
    assert decided.json()["verdict"] == "changed"
