from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHONE = "081200000001"
LOCAL = "http://127.0.0.1"


@pytest.fixture(scope="module")
def client(sample_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=sample_home)), base_url=LOCAL) as client:
        yield client


@pytest.fixture
def empty_client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=tmp_path)), base_url=LOCAL) as client:
        yield client


def test_a_complaint_is_answered_with_five_units_best_first(client: TestClient) -> None:
    answer = client.post("/v1/predictions", json={"text": "laporan polisi saya di polres belum ada kejelasan"})
    assert answer.status_code == 200
    confidences = [unit["confidence"] for unit in answer.json()["units"]]
    assert len(confidences) == 5
    assert confidences == sorted(confidences, reverse=True)


def test_personal_data_comes_back_in_no_answer_and_no_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    text = f"hubungi saya di {PHONE} soal paspor yang hilang"
    assert PHONE not in client.post("/v1/predictions", json={"text": text}).text
    assert PHONE not in caplog.text


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"text": 3}', '{"text": ""}', '{"text": "  "}', "NaN", '"a"'])
def test_a_broken_body_gets_problem_details(client: TestClient, body: str) -> None:
    answer = client.post("/v1/predictions", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


def test_a_megabyte_is_refused(client: TestClient) -> None:
    assert client.post("/v1/predictions", json={"text": "a " * 600_000}).status_code == 413


def test_emoji_alone_leave_the_answer_unsure(client: TestClient) -> None:
    assert client.post("/v1/predictions", json={"text": "😀😀🙏"}).json()["status"] == "unsure"


def test_a_batch_answers_each_item_at_its_place(client: TestClient) -> None:
    complaints = [{"text": "paspor hilang"}, {"text": ""}, {"text": "tanah diserobot"}]
    answer = client.post("/v1/predictions/batch", json={"complaints": complaints})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert ["units" in result for result in results] == [True, False, True]
    assert results[1]["status"] == 422


def test_without_a_model_the_service_says_what_to_do(empty_client: TestClient) -> None:
    assert empty_client.get("/healthz").status_code == 200
    for answer in (empty_client.get("/readyz"), empty_client.post("/v1/predictions", json={"text": "halo dunia"})):
        assert answer.status_code == 503
        assert "pilah train" in answer.json()["detail"]


@pytest.mark.parametrize(("body", "status"), [({"text": ""}, 422), ({}, 422), ({"text": "a " * 200_000}, 413)])
def test_a_bad_body_is_refused_before_the_missing_model(
    empty_client: TestClient, body: dict[str, str], status: int
) -> None:
    assert empty_client.post("/v1/predictions", json=body).status_code == status


def test_units_categories_and_card_are_there(client: TestClient) -> None:
    for path in ("/v1/units", "/v1/categories", "/v1/model", "/readyz", "/", "/openapi.json"):
        assert client.get(path).status_code == 200, path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_makes_the_service_fail(client: TestClient, text: str) -> None:
    assert client.post("/v1/predictions", json={"text": text}).status_code < 500


def test_a_letter_is_answered_with_its_parts_and_its_demands(client: TestClient) -> None:
    text = (
        "Perihal: Sertifikat ganda\nKepada Yth. Menteri Koordinator di Jakarta\n\nDengan hormat,\n"
        f"Saya, telepon {PHONE}, punya sertifikat tanah yang digandakan kantor pertanahan.\n\n"
        "Kami mohon sertifikat itu dibatalkan.\nKami mohon penyidik polres memeriksa pembuatnya.\n\n"
        "Demikian, terima kasih.\n\nTembusan: KPK"
    )
    answer = client.post("/v1/predictions", json={"text": text}).json()
    assert [part["part"] for part in answer["letter"]] == [
        "head",
        "subject",
        "addressee",
        "greeting",
        "body",
        "demand",
        "demand",
        "closing",
        "copies",
    ]
    assert text[answer["letter"][1]["start"] : answer["letter"][1]["end"]] == "Sertifikat ganda"
    demands = [text[matter["start"] : matter["end"]] for matter in answer["matters"]]
    assert demands == ["Kami mohon sertifikat itu dibatalkan.", "Kami mohon penyidik polres memeriksa pembuatnya."]
    assert all(matter["units"] for matter in answer["matters"])
    copies = {unit["id"]: unit["informed"] for unit in answer["copies"]}
    assert copies["komisi-pemberantasan-korupsi"] or answer["units"][0]["id"] == "komisi-pemberantasan-korupsi"
    plain = client.post("/v1/predictions", json={"text": "lampu jalan mati"}).json()
    assert (plain["letter"], plain["matters"]) == ([], [])
