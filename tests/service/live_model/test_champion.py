"""The champion in the service: promotion, rollback, damaged files, the office's files."""

from __future__ import annotations

import json
import shutil
import time
from threading import Event
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from model.complaint import Complaint
from model.errors import ArtifactError
from model.history.index_files import index_file, write_indexed_history
from model.history.rows import history_file, read_history, write_history
from model.versions import artifact
from model.versions.artifact import MANIFEST, ROUTER
from model.versions.office_home import Office
from service.app import create_app
from service.live_model.champion import Champion
from service.settings import Settings
from tests.training.histories import train_csv, write_history_csv
from training.evaluation.promotion import promote, rollback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.router import Router
    from model.versions.artifact import Card

_TEXT = Complaint("lampu jalan padam, gelap sekali")


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with two versions; the first is the champion."""
    home = tmp_path_factory.mktemp("champion")
    rows = write_history_csv(home / "rows.csv", 90)
    for _ in range(2):
        train_csv(Office(home, "kumham"), rows)
    return home


@pytest.fixture
def office(trained_home: Path, tmp_path: Path) -> Office:
    """A copy of the office, which a test may change."""
    shutil.copytree(trained_home, tmp_path / "home")
    return Office(tmp_path / "home", "kumham")


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_the_old_version_answers_while_the_new_one_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = office.versions()
    champion = Champion(office)
    assert champion.current().router.version == first
    go_on, load = Event(), artifact.load

    def slow(folder: Path, signing_key: str = "") -> tuple[Router, Card]:
        go_on.wait(30)
        return load(folder, signing_key)

    monkeypatch.setattr(artifact, "load", slow)
    promote(office, second, by="rani")
    began = time.monotonic()
    assert {champion.current().router.version for _ in range(20)} == {first}
    assert time.monotonic() - began < 10
    go_on.set()
    _until(lambda: champion.current().router.version == second)


def test_promotion_and_rollback_take_effect_without_a_restart(office: Office) -> None:
    first, second = office.versions()
    champion = Champion(office)
    champion.current()
    promote(office, second, by="rani")
    _until(lambda: champion.current().router.version == second)
    rollback(office, by="rani")
    _until(lambda: champion.current().router.version == first)


def test_a_version_changed_on_disk_stops_answering(office: Office) -> None:
    first, second = office.versions()
    champion = Champion(office)
    champion.current()
    path = office.versions_folder / first / ROUTER
    spoiled = path.read_bytes()[:-1] + b"x"
    path.with_name("aside").write_bytes(spoiled)
    path.with_name("aside").replace(path)
    with pytest.raises(ArtifactError, match="changed after training"):
        champion.current()
    promote(office, second, by="rani", force=True, reason="versi rusak")
    assert champion.current().router.version == second


@pytest.mark.parametrize(
    "tamper",
    [
        lambda folder: (folder / "further").write_bytes(b""),
        lambda folder: (folder / ROUTER).unlink(),
        lambda folder: (folder / ROUTER).touch(),
        lambda folder: (folder / ROUTER).write_bytes((folder / ROUTER).read_bytes()),
    ],
    ids=["added", "removed", "touched", "written anew"],
)
def test_every_kind_of_file_change_is_noticed(office: Office, tamper: Callable[[Path], object]) -> None:
    first, _ = office.versions()
    champion = Champion(office)
    assert champion.unchanged() is None
    answering = champion.current()
    assert champion.unchanged() is answering
    tamper(office.versions_folder / first)
    assert champion.unchanged() is None


def test_an_untrusted_version_promoted_by_hand_never_answers(office: Office) -> None:
    first, second = office.versions()
    champion = Champion(office)
    champion.current()
    path = office.versions_folder / second / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["sha256"][ROUTER] = "0" * 64
    path.write_text(json.dumps(manifest))
    office.set_champion(second)

    def refused() -> bool:
        try:
            assert champion.current().router.version == first
        except ArtifactError:
            return True
        return False

    _until(refused)
    office.set_champion(first)
    assert champion.current().router.version == first


def test_a_deleted_complaint_is_no_precedent_at_the_next_request(office: Office) -> None:
    champion = Champion(office)
    assert champion.current().router.suggest(_TEXT).precedents
    rows = read_history(office.history_folder)
    kept = [row for row in rows if row.complaint.text.startswith("lampu")][:1]
    write_history(office.history_folder, kept)
    at_once = champion.current().router.suggest(_TEXT).precedents
    assert {precedent.reference_id for precedent in at_once} <= {kept[0].complaint.reference_id}
    _until(lambda: len(champion.current().router.suggest(_TEXT).precedents) == 1)


def test_rewritten_rows_are_loaded_with_their_stored_index(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    champion = Champion(office)
    champion.current()
    kept = read_history(office.history_folder)[:40]
    write_indexed_history(office.history_folder, kept)
    _until(lambda: len(champion.current().router.suggest(_TEXT).precedents) > 0)
    assert champion.unchanged() is not None
    assert "one is made in memory" not in caplog.text
    # A new or deleted index file is noticed too.
    index_file(office.history_folder).unlink()
    assert champion.unchanged() is None


def test_damaged_past_complaints_are_an_error(office: Office) -> None:
    path = history_file(office.history_folder)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ArtifactError, match="not whole any more"):
        Champion(office).current()


def test_units_and_rules_take_effect_at_the_next_request(office: Office) -> None:
    champion = Champion(office)
    assert champion.current().router.suggest(_TEXT).units[0].name == "Dinas Perhubungan"
    office.own_folder.mkdir(parents=True)
    (office.own_folder / "units.csv").write_text(
        "id,name,valid_to,replaced_by\ndinas-perhubungan,Dinas Perhubungan,2020-01-01,trans\ntrans,Dinas Transportasi,,\n"
    )
    assert champion.current().router.suggest(_TEXT).units[0].name == "Dinas Transportasi"
    office.rules_file.write_text("words,action,unit,reason\nlampu,pin,dinas-sosial,uji\n")
    assert champion.current().router.suggest(_TEXT).units[0].name == "Dinas Sosial"
    assert champion.current().router.suggest(_TEXT).categories[0].name == "K0"
    office.categories_file.write_text("id,name,valid_to,replaced_by\nk0,K0,2020-01-01,lampu\nlampu,Lampu Jalan,,\n")
    assert champion.current().router.suggest(_TEXT).categories[0].name == "Lampu Jalan"


def test_not_ready_while_model_and_units_file_disagree(office: Office) -> None:
    office.own_folder.mkdir(parents=True)
    units = office.own_folder / "units.csv"
    units.write_text("id,name\n7001,Dinas Perhubungan\n")
    with TestClient(create_app(Settings(home=office.home)), base_url="http://127.0.0.1") as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:pilah:problem:units_disagree"
        assert "train again" in answer.json()["detail"]
        # The pages still suggest, with the units that the model learned.
        assert client.post("/v1/predictions", json={"text": "lampu jalan padam"}).status_code == 200
        units.write_text("id,name\ndinas-perhubungan,Dinas Perhubungan\n")
        assert client.get("/readyz").status_code == 200
        office.categories_file.write_text("id,name\n77,K0\n")
        assert "categories.csv gives another id" in client.get("/readyz").json()["detail"]


_GOOD_RULES = "words,action,unit,reason\nlampu,pin,dinas-sosial,uji\n"
_BROKEN = {
    "rules.csv": ("words,action,unit,reason\nlampu,pin,dinas-sosial,uji\nair,terbang,dinas-sosial,uji\n", "row 3"),
    "units.csv": ("id,name,valid_to\ndinas-sosial,Dinas Sosial,besok\n", "row 2, column valid_to"),
    "categories.csv": ("id,name,valid_to\nk0,K0,besok\n", "row 2, column valid_to"),
    "holidays.csv": ("date,name\n2025-13-01,Libur\n", "row 2, column date"),
}


def test_an_emptied_file_drops_no_rule_without_a_word(office: Office) -> None:
    office.own_folder.mkdir(parents=True)
    office.rules_file.write_text(_GOOD_RULES)
    champion = Champion(office)
    champion.current()
    office.rules_file.write_text("")
    loaded = champion.current()
    assert "the file is empty" in str(loaded.problem)
    assert loaded.router.suggest(_TEXT).units[0].name == "Dinas Sosial"


@pytest.mark.parametrize("name", _BROKEN)
def test_while_an_office_file_is_broken_its_last_readable_state_holds_and_is_named(office: Office, name: str) -> None:
    office.own_folder.mkdir(parents=True)
    office.rules_file.write_text(_GOOD_RULES)
    path = office.own_folder / name
    content, place = _BROKEN[name]
    settings = Settings(home=office.home, demonstration=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert client.get("/readyz").status_code == 200
        assert "keadaan terakhir" not in client.get("/model").text
        path.write_text(content)
        for _ in range(3):
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:pilah:problem:office_file_broken"
            assert f"{path}, {place}" in answer.json()["detail"]
            page = client.get("/model").text
            assert "keadaan terakhir yang masih terbaca" in page
            assert place.replace("row", "baris").replace("column", "kolom") in page
            suggested = client.post("/v1/predictions", json={"text": "lampu jalan padam"}).json()
            assert suggested["units"][0]["name"] == "Dinas Sosial"
        path.unlink() if name != "rules.csv" else path.write_text(_GOOD_RULES)
        assert client.get("/readyz").status_code == 200
        assert "keadaan terakhir" not in client.get("/model").text


def test_an_office_file_that_was_never_readable_leaves_no_suggestion_and_a_clear_error(office: Office) -> None:
    office.own_folder.mkdir(parents=True)
    office.rules_file.write_text(_BROKEN["rules.csv"][0])
    with TestClient(create_app(Settings(home=office.home)), base_url="http://127.0.0.1") as client:
        for answer in (client.get("/readyz"), client.post("/v1/predictions", json={"text": "lampu"})):
            assert answer.status_code == 503
            assert f"{office.rules_file}, row 3" in answer.json()["detail"]


def test_a_version_promoted_while_a_file_is_broken_gets_the_last_readable_rules(office: Office) -> None:
    _, second = office.versions()
    office.own_folder.mkdir(parents=True)
    office.rules_file.write_text(_GOOD_RULES)
    champion = Champion(office)
    champion.current()
    office.rules_file.write_text("words,action\n")
    promote(office, second, by="rani")
    _until(lambda: champion.current().router.version == second)
    loaded = champion.current()
    assert loaded.problem is not None
    assert loaded.router.suggest(_TEXT).units[0].name == "Dinas Sosial"


def test_an_unexpected_error_is_met_again_and_never_hides_behind_the_old_rules(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion = Champion(office)
    champion.current()
    office.own_folder.mkdir(parents=True)
    office.rules_file.write_text(_GOOD_RULES)
    monkeypatch.setattr(Office, "units", lambda _self: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            champion.current()
    monkeypatch.undo()
    assert champion.current().router.suggest(_TEXT).units[0].name == "Dinas Sosial"
