"""Waiting complaints get a new suggestion after a change of the model, the units or the rules."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from model.versions.office_home import Office
from service.app import create_app
from service.jobs import renewals
from service.jobs.renewals import Renewals
from service.ledger.database import Database
from service.ledger.renewal import Renewal
from service.ledger.tables import StoredComplaint, StoredSuggestion
from service.settings import Settings
from tests.service.desk import Desk
from tests.training.histories import train_csv, write_history_csv
from training.evaluation.promotion import promote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LAMP = "lampu jalan padam, gelap sekali di depan pasar lama"
_CLAIM = timedelta(seconds=30)
_RULES = "id,words,category,place,addressee,action,unit,reason,author,valid_from,valid_to\n"


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with two versions; the first is the champion."""
    home = tmp_path_factory.mktemp("renewals")
    rows = write_history_csv(home / "rows.csv", 90)
    for _ in range(2):
        train_csv(Office(home, "kumham"), rows)
    return home


@pytest.fixture
def own_desk(
    trained_home: Path, tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """The desk of an office whose files a test may change, with a renewal that looks often."""
    monkeypatch.setattr(renewals, "_LOOK_EVERY_SECONDS", 0.05)
    shutil.copytree(trained_home, tmp_path / "home")
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(empty_database_url), requests_per_minute=100_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield Desk(client)


def _office(desk: Desk) -> Office:
    return Office(desk.client.app.state.settings.home, "kumham")  # type: ignore[attr-defined]


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def _forbid(desk: Desk, unit: str) -> None:
    path = _office(desk).rules_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{_RULES}r1,lampu,,,,forbid,{unit},bukan urusannya,rani,,\n", encoding="utf-8")


def _models(desk: Desk, reference: str) -> list[str]:
    """The model version of each suggestion for a complaint, oldest first."""
    with desk.database.reading() as session:
        complaint = select(StoredComplaint.id).where(StoredComplaint.reference_id == reference)
        query = select(StoredSuggestion.model).where(StoredSuggestion.complaint_id.in_(complaint))
        return list(session.scalars(query.order_by(StoredSuggestion.created_at)))


def test_a_promotion_renews_waiting_complaints_and_keeps_the_old_suggestion(own_desk: Desk) -> None:
    first = own_desk.send("1", text=f"{_LAMP}, hubungi 081200000001", warna="biru")
    own_desk.send("decided", text=_LAMP)
    unit = own_desk.stored("decided")["suggestion"]["units"][0]["id"]
    decision = {"reference_id": "decided", "unit": unit}
    assert own_desk.client.post("/v1/decisions", json=decision, headers=own_desk.bearer).status_code == 201
    office = _office(own_desk)
    second = next(version for version in office.versions() if version != first["model"])
    promote(office, second, by="rani")
    # No request is needed: the renewal itself follows the files.
    _until(lambda: len(_models(own_desk, "1")) == 2)
    assert _models(own_desk, "1") == [first["model"], second]
    newest = own_desk.stored("1")["suggestion"]
    assert newest["model"] == second
    assert {"personal_data_masked", "unknown_field"} <= {notice["code"] for notice in newest["notices"]}
    assert len(_models(own_desk, "decided")) == 1


def test_a_forbidden_unit_leaves_waiting_complaints_and_an_open_page_says_so(own_desk: Desk) -> None:
    sent = own_desk.send("1", text=_LAMP)
    own_desk.sign_in("sari")
    stored = own_desk.stored("1")
    unit, old = sent["units"][0]["id"], sent["suggestion_id"]
    news = f"/pengaduan/{stored['id']}/saran?tampil={old}"
    assert own_desk.client.get(news).status_code == 204
    _forbid(own_desk, unit)
    _until(lambda: own_desk.stored("1")["suggestion"]["units"][0]["id"] != unit)
    assert f'value="{own_desk.stored("1")["suggestion"]["suggestion_id"]}"' in own_desk.page(
        f"/pengaduan/{stored['id']}"
    )
    assert "sudah diperbarui" in own_desk.page(news)
    # A decision on the old candidates shows the new ones first, with what was chosen and written.
    answer = own_desk.decide("1", unit=unit, saran=old, alasan="sudah ditelepon")
    assert answer.status_code == 409
    assert "diperbarui setelah halaman ini dibuka" in answer.text
    assert "sudah ditelepon" in answer.text
    assert own_desk.stored("1")["waiting"]
    newest = own_desk.stored("1")["suggestion"]
    assert own_desk.decide("1", unit=newest["units"][0]["id"], saran=newest["suggestion_id"]).status_code == 303


def test_a_changed_units_csv_renews_waiting_complaints(own_desk: Desk) -> None:
    sent = own_desk.send("1", text=_LAMP)
    own = _office(own_desk).own_folder
    own.mkdir(parents=True, exist_ok=True)
    unit = sent["units"][0]
    (own / "units.csv").write_text(f"id,name,valid_to\n{unit['id']},{unit['name']},2020-01-01\n", encoding="utf-8")
    _until(lambda: own_desk.stored("1")["suggestion"]["units"][0]["id"] != unit["id"])


def test_equal_contents_written_again_renew_nothing(own_desk: Desk) -> None:
    _forbid(own_desk, "dinas-perhubungan")
    router = own_desk.client.app.state.champion.current().router  # type: ignore[attr-defined]
    today = own_desk.client.app.state.settings.today()  # type: ignore[attr-defined]
    time.sleep(0.01)
    _forbid(own_desk, "dinas-perhubungan")
    again = own_desk.client.app.state.champion.current().router  # type: ignore[attr-defined]
    assert again is not router
    assert again.basis(today) == router.basis(today)


def test_one_process_at_a_time_renews(own_desk: Desk) -> None:
    app: Any = own_desk.client.app
    app.state.renewals.close()
    other = Database(own_desk.database.engine, "kumham")
    with other.session() as session:
        assert Renewal(session, "kumham").claim("another process", _CLAIM)
    own_desk.send("1", text=_LAMP)
    _forbid(own_desk, own_desk.stored("1")["suggestion"]["units"][0]["id"])
    waiting = Renewals(own_desk.database, app.state.champion, app.state.intake)
    assert waiting.renew_all() == 0
    with other.session() as session:
        assert Renewal(session, "kumham").claim("another process", -_CLAIM)
    assert waiting.renew_all() == 1
    assert waiting.renew_all() == 0
