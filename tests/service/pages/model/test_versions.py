"""Version pages: promotion with a reason, rollback, tampered versions and reports."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from model.versions.office_home import Office
from model.versions.promotions import champion_changes
from service.app import create_app
from service.ledger.tables import AuditEvent, Learning
from service.settings import Settings
from tests.service.desk import LOCAL, Desk
from training.evaluation.promotion import promote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OTHER = "20261123-101502-3f9c2a"
_REASON = "unit baru sejak Oktober"


@pytest.fixture
def desk(sample_home: Path, tmp_path: Path) -> Iterator[Desk]:
    """An office with a second, uncompared version; an administrator is signed in."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("trainings", "uploads"))
    office = Office(home, "kumham")
    _copy_as_another(office)
    settings = Settings(home=home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"))
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        yield Desk(client).sign_in("rini")


def _copy_as_another(office: Office) -> None:
    """Copy the champion as a version measured on other rows."""
    folder = office.versions_folder / _OTHER
    shutil.copytree(office.versions_folder / str(office.champion()), folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["split"]["sha256"] = "0" * 64
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    manifest["sha256"]["card.json"] = hashlib.sha256((folder / "card.json").read_bytes()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def office(desk: Desk) -> Office:
    office: Office = desk.client.app.state.training_runs.office  # type: ignore[attr-defined]
    return office


def test_an_uncompared_version_is_promoted_with_a_reason_and_rolled_back(desk: Desk, office: Office) -> None:
    first = office.champion()
    address = f"/model/versi/{_OTHER}/pakai"
    assert "tidak dibandingkan" in desk.page(address)

    refused = desk.post(address, address)
    assert refused.status_code == 409
    assert "Saya tetap memakai versi ini" in refused.text
    assert desk.post(address, address, paksa="ya", alasan=" ").status_code == 422
    assert office.champion() == first

    desk.post(address, address, paksa="ya", alasan=_REASON)
    assert office.champion() == _OTHER
    entry = champion_changes(office)[-1]
    assert (entry.by, entry.reason, entry.forced) == ("rini", _REASON, True)
    assert _REASON in desk.page("/model")

    desk.post("/model/kembali", "/model/kembali", alasan="-- ternyata keliru")
    assert office.champion() == first
    with desk.database.reading() as session:
        noted = [event.subject for event in session.query(AuditEvent) if event.action == "model"]
    assert noted == [f"promoted {_OTHER}", f"rolled back to {first}"]


def test_a_tampered_version_is_refused_even_when_forced(desk: Desk, office: Office) -> None:
    first = office.champion()
    (office.versions_folder / _OTHER / "card.json").write_text("{}", encoding="utf-8")
    address = f"/model/versi/{_OTHER}/pakai"
    answer = desk.post(address, "/akun", paksa="ya", alasan=_REASON)
    assert answer.status_code == 409
    assert "Tidak diganti" in answer.text
    assert "card.json berubah setelah pelatihan" in answer.text
    assert office.champion() == first
    assert "tidak dapat dibaca" in desk.page("/model")


def test_without_an_earlier_version_there_is_nothing_to_go_back_to(desk: Desk) -> None:
    assert "Belum ada versi sebelumnya" in desk.page("/model/kembali")
    answer = desk.post("/model/kembali", "/akun")
    assert answer.status_code == 409
    assert "Belum ada versi kumham yang dipakai sebelum" in answer.text


def test_a_report_is_served_in_a_sandbox(desk: Desk, office: Office) -> None:
    page = "<!doctype html><title>Laporan</title><style>p{color:red}</style><p>untuk pimpinan"
    (office.versions_folder / _OTHER / "report.html").write_text(page, encoding="utf-8")
    both = desk.page(f"/model/versi/{_OTHER}")
    assert (both.count("Baca laporan versi ini"), both.count("Laporan yang dipakai")) == (1, 1)
    answering = desk.page(f"/model/versi/{office.champion()}")
    assert (answering.count("Baca laporan versi ini"), answering.count("Laporan yang dipakai")) == (1, 0)
    answer = desk.client.get(f"/model/versi/{_OTHER}/laporan")
    assert answer.text == page
    assert answer.headers["content-security-policy"].startswith(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    )
    assert "script" not in answer.headers["content-security-policy"]


def test_an_office_without_a_model_is_offered_its_first_training(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"))
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        desk = Desk(client).sign_in("rini")
        page = desk.page("/model")
    assert "Belum ada model" in page
    assert 'href="/model/latih"' in page


def test_one_press_undoes_a_promotion_that_nobody_asked_for(desk: Desk, office: Office) -> None:
    first = office.champion()
    promote(office, _OTHER, by="pilah", reason="x", force=True)
    with desk.database.session() as session:
        session.add(_learned(_OTHER))
    page = desk.page("/model")
    assert "dilatih dan dipakai oleh Pilah sendiri" in page
    assert '<form method="post" action="/model/kembali">' in page
    desk.post("/model/kembali", "/model", alasan="")
    assert office.champion() == first
    assert "dipakai oleh Pilah sendiri" not in desk.page("/model")


def _learned(version: str) -> Learning:
    return Learning(
        office="kumham",
        occasion="2026-W47",
        began_at=datetime(2026, 11, 22, 1, tzinfo=UTC).replace(tzinfo=None),
        outcome="promoted",
        reason={},
        decisions=7,
        run_id="",
        tries=1,
        version=version,
        removed=[],
        figures={},
    )
