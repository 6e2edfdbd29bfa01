"""A unit that returned a complaint isn't offered again for the complaint and its near-duplicates."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from service.ledger.access.accounts import open_accounts
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk

_TEXT = (
    "laporan saya di polres tentang penggelapan motor belum ada kejelasan sejak bulan lalu dan penyidik tidak menjawab"
)


def _return(desk: Desk, reference: str, **fields: Any) -> Any:
    return desk.client.post("/v1/returns", json={"reference_id": reference} | fields, headers=desk.bearer)


def _decided_and_returned(desk: Desk, reference: str) -> str:
    """The first suggested unit, which returned the complaint."""
    unit: str = desk.send(reference, text=f"{_TEXT} {reference}")["units"][0]["id"]
    decision = {"reference_id": reference, "unit": unit}
    decided = desk.client.post("/v1/decisions", json=decision, headers=desk.bearer)
    assert decided.status_code == 201
    assert _return(desk, reference, reason="bukan wilayah kami", decision_id=decided.json()["id"]).status_code == 201
    return unit


def _renew_all(desk: Desk) -> None:
    """Let the background renewal suggest anew for every waiting complaint."""
    outdated = update(StoredComplaint).where(StoredComplaint.waiting).values(suggested_with="")
    with desk.database.session() as session:
        session.execute(outdated)
    left = select(StoredComplaint.id).where(StoredComplaint.waiting, StoredComplaint.suggested_with == "")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with desk.database.reading() as session:
            if session.scalars(left).first() is None:
                return
        time.sleep(0.1)
    raise AssertionError("the renewal never ended")


def _codes(suggestion: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in suggestion["notices"]]


def test_the_returned_complaint_is_suggested_anew_without_the_unit(desk: Desk) -> None:
    unit = _decided_and_returned(desk, "1")
    stored = desk.stored("1")["suggestion"]
    assert unit not in [candidate["id"] for candidate in stored["units"]]
    assert len(stored["units"]) == 5
    assert stored["status"] != "confident"
    assert "returned_by_unit" in _codes(stored)
    assert stored["evidence"]["track_record"] is None
    # The intake system asks again.
    again = desk.send("1", text=f"{_TEXT} 1")
    assert [candidate["id"] for candidate in again["units"]] == [candidate["id"] for candidate in stored["units"]]


@pytest.mark.parametrize("query", ["", "?evidence=false", "?store=false"])
def test_a_near_duplicate_is_not_offered_the_unit_by_any_way_of_the_api(desk: Desk, query: str) -> None:
    unit = _decided_and_returned(desk, "1")
    item = {"reference_id": "2", "text": f"{_TEXT} warga lain"}
    one = desk.client.post(f"/v1/predictions{query}", json=item, headers=desk.bearer).json()
    batch = desk.client.post(
        f"/v1/predictions/batch{query}", json={"complaints": [item, {"text": "lampu jalan mati"}]}, headers=desk.bearer
    ).json()["results"]
    for answer in (one, batch[0]):
        assert unit not in [candidate["id"] for candidate in answer["units"]]
        assert "returned_by_unit" in _codes(answer)
        assert answer["status"] != "confident"
    assert "returned_by_unit" not in _codes(batch[1])


def test_an_upload_and_a_typed_complaint_know_of_the_return(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in("budi")
    unit = _decided_and_returned(desk, "1")
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Tracking ID", "Isi Laporan Awal"], ["2", f"{_TEXT} warga lain"]])
    desk.upload(path)
    assert desk.post("/baru", "/baru", isi=f"{_TEXT} tetangga", nomor="3").status_code == 303
    for reference in ("2", "3"):
        suggestion = desk.stored(reference)["suggestion"]
        assert unit not in [candidate["id"] for candidate in suggestion["units"]]
        assert "returned_by_unit" in _codes(suggestion)


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_return_needs_a_reason_in_the_api(desk: Desk, reason: str | None) -> None:
    desk.send("1")
    decision = {"reference_id": "1", "unit": desk.stored("1")["suggestion"]["units"][0]["id"]}
    desk.client.post("/v1/decisions", json=decision, headers=desk.bearer)
    answer = _return(desk, "1", **({} if reason is None else {"reason": reason}))
    assert answer.status_code == 422
    assert "reason" in answer.text
    assert not desk.stored("1")["waiting"]


def test_a_return_needs_a_reason_on_the_page_and_stands_at_its_top(desk: Desk) -> None:
    desk.sign_in("budi")
    desk.send("1", text=f"{_TEXT} 1")
    desk.send("2", text=f"{_TEXT} 2")
    unit = desk.stored("1")["suggestion"]["units"][0]
    desk.decide("1")
    address = f"/pengaduan/{desk.stored('1')['id']}"
    refused = desk.post(f"{address}/kembali", alasan=" ")
    assert refused.status_code == 422
    assert "Tulis alasan unit mengembalikan" in refused.text
    assert 'aria-describedby="galat-kembali"' in refused.text
    assert desk.post(f"{address}/kembali", alasan="bukan wilayah kami").status_code == 303
    page = desk.page(address)
    assert "bukan wilayah kami" in page.partition("Teks pengaduan")[0]
    assert f"Dikembalikan oleh {unit['name']}" in page.partition("Teks pengaduan")[0]
    assert f'name="unit" value="{unit["id"]}"' not in page
    # The waiting near-duplicate is marked in the queue after its renewal.
    desk.client.app.state.renewals.renew_all()  # type: ignore[attr-defined]
    assert unit["id"] not in [candidate["id"] for candidate in desk.stored("2")["suggestion"]["units"]]
    assert "pernah dikembalikan unit" in desk.page("/antrean")


def test_units_that_return_the_same_complaint_are_listed_as_a_pair(desk: Desk) -> None:
    desk.sign_in("budi")
    first = _decided_and_returned(desk, "1")
    assert "Unit yang berbeda pendapat" not in desk.page("/dasbor")
    second = _decided_and_returned(desk, "1")
    assert second != first
    page = desk.page("/dasbor").partition("Unit yang berbeda pendapat")[2].partition("</table>")[0]
    assert f"diputuskan={min(first, second)}" in page
    assert f"diputuskan={max(first, second)}" in page


def test_the_same_reference_of_another_system_is_another_complaint(desk: Desk) -> None:
    unit = _decided_and_returned(desk, "1")
    with open_accounts(desk.database) as accounts:
        other = {"Authorization": f"Bearer {accounts.add_key('SPAN', 'test')}"}
    sent = {"reference_id": "1", "text": "laporan saya di polres belum ada kejelasan"}
    assert unit in [candidate["id"] for candidate in desk.send("9", text=sent["text"])["units"]]
    for query in ("?store=false", ""):
        answer = desk.client.post(f"/v1/predictions{query}", json=sent, headers=other).json()
        assert unit in [candidate["id"] for candidate in answer["units"]]
        assert "returned_by_unit" not in _codes(answer)
    _renew_all(desk)
    assert "returned_by_unit" in _codes(desk.stored("1")["suggestion"])
    renewed = desk.client.get("/v1/complaints/1", headers=other).json()["suggestion"]
    assert "returned_by_unit" not in _codes(renewed)
