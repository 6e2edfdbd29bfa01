from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from data.messages import Sentence
from model.drift.alarms import Alarm, Kind, Signal
from service.ledger.access.accounts import open_accounts
from service.ledger.database import now
from service.observability import office_metrics

if TYPE_CHECKING:
    import pytest
    from fastapi.testclient import TestClient

_GUIDE_ROW = re.compile(r"^\| `(pilah_[a-z_]+)` \|", re.MULTILINE)
_GUIDE = Path(__file__).parents[3] / "docs" / "operator.md"
MARK = "mawarmerah77"


def _scraped(client: TestClient, **headers: str) -> dict[tuple[str, ...], float]:
    """All samples, by name and label values."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_and_suggestions_are_counted_by_route_and_status(client: TestClient) -> None:
    before = _scraped(client)
    client.post("/v1/predictions", json={"text": "paspor saya hilang", "reference_id": MARK})
    client.post("/v1/predictions", json={"text": "😀😀🙏"})
    client.post("/v1/predictions", json={"text": ""})
    client.get(f"/{MARK}")
    after = _scraped(client)

    def gained(*key: str) -> float:
        return after.get(key, 0.0) - before.get(key, 0.0)

    assert gained("pilah_requests_total", "POST", "/v1/predictions", "200") == 2
    assert gained("pilah_requests_total", "POST", "/v1/predictions", "422") == 1
    assert gained("pilah_requests_total", "GET", "(none)", "404") == 1
    assert gained("pilah_request_seconds_count", "POST", "/v1/predictions") == 3
    made = {status: gained("pilah_suggestions_total", status) for status in ("confident", "review", "unsure")}
    assert sum(made.values()) == 2
    assert made["unsure"] >= 1
    # The request for the metrics itself.
    assert after["pilah_requests_in_flight",] == 1
    assert not any(MARK in part for key in after for part in key)


def test_queue_ledger_and_model_are_reported(client: TestClient) -> None:
    for reference, received in (("M-1", "2026-01-05T08:00:00+07:00"), ("M-2", None)):
        body = {"text": "paspor saya hilang", "reference_id": reference}
        client.post("/v1/predictions", json=body | ({"received_at": received} if received else {}))
    unit = client.get("/v1/units").json()["units"][0]["id"]
    client.post("/v1/decisions", json={"reference_id": "M-2", "unit": unit})
    found = _scraped(client)
    waiting = [value for (name, *_), value in found.items() if name == "pilah_queue_waiting"]
    assert (sum(waiting), found["pilah_queue_overdue",]) == (1, 1)
    assert (found["pilah_ledger_complaints",], found["pilah_ledger_decisions",]) == (2, 1)
    assert found["pilah_ledger_bytes",] > 0
    card = client.get("/v1/model").json()
    assert found["pilah_model_info", client.get("/readyz").json()["model"]] == 1
    assert card["trained_at"]
    assert 0 <= found["pilah_model_age_seconds",] < 86_400
    assert found["pilah_drift_alarms", "input"] == 0


def test_a_drift_alarm_is_reported_by_kind(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:

    alarm = Alarm(Kind.AGREEMENT, next(iter(Signal)), now(), "", Sentence("drift.alarm-agreement"))
    monkeypatch.setattr(office_metrics, "look_for_drift", lambda _loaded, _supervision: ((alarm,), ""))
    # Let the cached alarms expire.
    monkeypatch.setattr(client.app.state.office_metrics._drift, "_expires_at", 0.0)  # type: ignore[attr-defined]  # noqa: SLF001
    found = _scraped(client)
    assert (found["pilah_drift_alarms", "input"], found["pilah_drift_alarms", "agreement"]) == (0, 1)


def test_an_office_with_keys_shows_metrics_only_with_a_key(client: TestClient) -> None:
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        key = accounts.add_key("prometheus", "test")
    assert client.get("/metrics").status_code == 401
    assert _scraped(client, Authorization=f"Bearer {key}")["pilah_model_usable",] == 1


def test_the_operators_guide_names_every_metric(client: TestClient) -> None:
    client.get("/healthz")
    families = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}
    documented = set(_GUIDE_ROW.findall(_GUIDE.read_text(encoding="utf-8")))
    assert {name.removesuffix("_total") for name in documented} == families
