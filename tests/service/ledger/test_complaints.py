"""Complaints in the ledger, by the API, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from model.complaint import Complaint
from service.jobs.intake import Source
from service.ledger.access.accounts import open_accounts
from service.ledger.complaints import Complaints
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from fastapi.testclient import TestClient
    from sqlalchemy.orm import Session

    from service.ledger.database import Database

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}
HOSTILE = [
    "<script>alert(1)</script> lampu mati",
    "'; DROP TABLE complaints; -- lampu mati",
    "{{ 7 * 7 }} {% raw %} lampu mati",
    '=HYPERLINK("x") lampu mati',
    "../../etc/passwd lampu mati",
]


def _send(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/predictions", json=COMPLAINT | fields)
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = answer.json()
    return sent


def _stored(client: TestClient, reference: str = "9165816") -> dict[str, Any]:
    answer = client.get(f"/v1/complaints/{reference}")
    assert answer.status_code == 200, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


def test_a_complaint_with_a_reference_is_kept_masked_with_its_suggestion(client: TestClient) -> None:
    sent = _send(client, text=COMPLAINT["text"] + ", hubungi 081200000001")
    stored = _stored(client)
    assert "081200000001" not in stored["text"]
    assert stored["suggestion"]["suggestion_id"] == sent["suggestion_id"]
    assert stored["waiting"]


@pytest.mark.parametrize("query", ["?store=false", ""])
def test_without_a_reference_or_with_store_false_nothing_is_kept(client: TestClient, query: str) -> None:
    body = COMPLAINT if query else {"text": COMPLAINT["text"]}
    sent = client.post(f"/v1/predictions{query}", json=body).json()
    answer = client.post("/v1/decisions", json={"suggestion_id": sent["suggestion_id"]})
    assert answer.status_code == 404


def test_the_same_reference_twice_is_one_complaint_and_changed_text_a_new_revision(client: TestClient) -> None:
    _send(client)
    first = _stored(client)
    _send(client)
    assert _stored(client)["id"] == first["id"]
    _send(client, text="Ternyata sertifikatnya atas nama orang lain")
    changed = _stored(client)
    assert (changed["revision"], changed["waiting"]) == (2, True)
    assert not _stored(client, first["id"])["waiting"]


def test_the_same_complaint_sent_many_times_at_once_is_stored_once(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/predictions", json=COMPLAINT), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert _stored(client)["revision"] == 1


@pytest.mark.parametrize("reads", [1, 2, 3])
def test_the_same_complaint_entered_between_two_reads_of_another_request_is_stored_once(
    client: TestClient, reads: int
) -> None:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    intake = client.app.state.intake  # type: ignore[attr-defined]
    read: list[object] = []

    def enter() -> None:
        with database.session() as session:
            complaint = Complaint(COMPLAINT["text"], reference_id="9165816")
            intake.enter_without_suggestion(Complaints(session, "kumham"), complaint, Source("api"))

    with ThreadPoolExecutor(1) as pool, database.session() as session:

        def enter_rival(*executed: object) -> None:
            read.append(executed)
            if len(read) == reads:
                # SQLite lets the rival wait for this transaction.
                wait([pool.submit(enter)], timeout=0.5)

        event.listen(session.connection(), "after_execute", enter_rival)
        complaint = Complaint(COMPLAINT["text"], reference_id="9165816")
        intake.enter_without_suggestion(Complaints(session, "kumham"), complaint, Source("api"))
        session.commit()
    assert len(read) >= reads
    assert _stored(client)["revision"] == 1


def test_two_texts_under_one_new_reference_at_once_are_two_revisions_with_their_own_suggestions(
    client: TestClient,
) -> None:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    intake, router = client.app.state.intake, client.app.state.champion.current().router  # type: ignore[attr-defined]
    texts = ["Sertifikat tanah belum terbit", "Paspor saya ditahan petugas imigrasi"]

    def enter(session: Session, text: str) -> None:
        complaint = Complaint(text, reference_id="9165816")
        intake.suggest_and_enter(router, Complaints(session, "kumham"), complaint, Source("api"))

    def enter_second() -> None:
        with database.session() as session:
            enter(session, texts[1])

    with ThreadPoolExecutor(1) as pool:
        with database.session() as session:
            enter(session, texts[0])
            second = pool.submit(enter_second)
            # The second request is now waiting for the first one's transaction.
            wait([second], timeout=0.5)
        second.result()
    with database.reading() as session:
        revisions = session.scalars(select(StoredComplaint).order_by(StoredComplaint.revision)).all()
        assert [(entry.text, entry.waiting) for entry in revisions] == [(texts[0], False), (texts[1], True)]
        assert [len(entry.suggestions) for entry in revisions] == [1, 1]


def test_every_text_sent_at_once_under_one_new_reference_is_kept(client: TestClient) -> None:
    texts = [f"Lampu jalan mati di {place}" for place in ("Binjai", "Medan", "Stabat", "Langkat")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda text: client.post("/v1/predictions", json=COMPLAINT | {"text": text}), texts))
    assert {answer.status_code for answer in answers} == {200}
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.reading() as session:
        revisions = session.scalars(select(StoredComplaint).order_by(StoredComplaint.revision)).all()
        assert sorted(entry.text for entry in revisions) == sorted(texts)
        assert [entry.waiting for entry in revisions] == [False, False, False, True]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_and_given_back_as_text(client: TestClient, text: str) -> None:
    _send(client, text=text, title=text)
    stored = _stored(client)
    assert (stored["text"], stored["title"]) == (text, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=80))
def test_any_masked_text_comes_back_as_it_was_answered(client: TestClient, text: str) -> None:
    sent = client.post("/v1/predictions", json={"reference_id": "h", "text": f"lampu {text}"})
    assert sent.status_code == 200
    words = [word["text"] for word in sent.json()["evidence"]["words"]]
    stored = _stored(client, "h")
    assert stored["text"].startswith("lampu")
    assert all(word in stored["text"] for word in words)


def test_valid_complaints_of_a_batch_are_stored_and_invalid_ones_not(client: TestClient) -> None:
    items = [
        {"reference_id": "b1", "text": "lampu mati"},
        {"reference_id": "b2"},
        {"reference_id": "b3", "text": "air"},
    ]
    assert client.post("/v1/predictions/batch", json={"complaints": items}).status_code == 200
    assert [client.get(f"/v1/complaints/{reference}").status_code for reference in ("b1", "b2", "b3")] == [
        200,
        404,
        200,
    ]


@pytest.mark.parametrize("reference", ["R/123/XI/2026/Polda", "a//b", "/a", "a b?c=d#e", "W.2/HAM-01.02/17"])
def test_a_reference_of_any_characters_is_read_back(client: TestClient, reference: str) -> None:
    _send(client, reference_id=reference)
    assert _stored(client, quote(reference, safe=""))["reference_id"] == reference
    found = client.get("/v1/complaints", params={"reference_id": reference})
    assert (found.status_code, found.json()["reference_id"]) == (200, reference)


def test_a_reference_equal_to_another_complaints_id_hides_neither(client: TestClient) -> None:
    _send(client)
    first = _stored(client)
    for text in ("Lampu jalan mati", "Lampu jalan padam"):
        _send(client, reference_id=first["id"], text=text)
    assert _stored(client, first["id"])["reference_id"] == "9165816"
    other = client.get("/v1/complaints", params={"reference_id": first["id"]}).json()
    assert (other["reference_id"], other["revision"]) == (first["id"], 2)
    decision = client.post("/v1/decisions", json={"reference_id": first["id"], "outcome": "yudisial"}).json()
    assert (decision["reference_id"], decision["revision"]) == (first["id"], 2)
    assert _stored(client, first["id"])["waiting"]


def _systems(client: TestClient, *names: str) -> list[dict[str, str]]:
    """The headers of systems with a key each."""
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        return [{"Authorization": f"Bearer {accounts.add_key(name, 'test')}"} for name in names]


def test_two_systems_with_the_same_reference_have_a_complaint_each(client: TestClient) -> None:
    hub, court, reader = _systems(client, "hub", "pengadilan", "pembaca")
    for headers, text in ((hub, "Lampu jalan mati"), (court, "Putusan belum dikirim"), (hub, "Lampu jalan mati")):
        sent = client.post("/v1/predictions", json={"reference_id": "1", "text": text}, headers=headers)
        assert sent.status_code == 200
    stored = [client.get("/v1/complaints/1", headers=headers).json() for headers in (hub, court)]
    assert [(entry["text"], entry["waiting"]) for entry in stored] == [
        ("Lampu jalan mati", True),
        ("Putusan belum dikirim", True),
    ]
    decided = client.post("/v1/decisions", json={"reference_id": "1", "outcome": "yudisial"}, headers=court)
    assert decided.status_code == 201
    stored = [client.get("/v1/complaints/1", headers=headers).json() for headers in (hub, court)]
    assert [entry["waiting"] for entry in stored] == [True, False]
    # A third system can't mean one of the two by the reference alone.
    assert client.get("/v1/complaints/1", headers=reader).status_code == 404
    assert client.get(f"/v1/complaints/{stored[0]['id']}", headers=reader).status_code == 200


def test_another_key_of_a_system_and_a_reading_system_find_its_complaints(client: TestClient) -> None:
    first, second, reader = _systems(client, "hub", "hub", "pembaca")
    for headers, text in ((first, "Lampu jalan mati"), (second, "Lampu jalan padam")):
        client.post("/v1/predictions", json={"reference_id": "1", "text": text}, headers=headers)
    for headers in (first, second, reader):
        assert client.get("/v1/complaints/1", headers=headers).json()["revision"] == 2


def test_a_complaint_that_no_system_sent_belongs_to_the_first_that_sends_it(client: TestClient) -> None:
    _send(client, reference_id="1")
    hub, court = _systems(client, "hub", "pengadilan")
    for headers, text in ((hub, COMPLAINT["text"]), (court, "Putusan belum dikirim")):
        client.post("/v1/predictions", json={"reference_id": "1", "text": text}, headers=headers)
    stored = [client.get("/v1/complaints/1", headers=headers).json() for headers in (hub, court)]
    assert [entry["text"] for entry in stored] == [COMPLAINT["text"], "Putusan belum dikirim"]
    assert [entry["waiting"] for entry in stored] == [True, True]
