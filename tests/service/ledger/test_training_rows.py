"""Training rows from decisions, on SQLite and PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from model.history.rows import LabelledComplaint, read_history
from model.versions.office_home import Office
from pilah import app
from service.app import create_app
from service.ledger.complaints import Complaints
from service.ledger.database import open_ledger
from service.ledger.decisions import INTAKE_SYSTEM, Decision, Decisions
from service.ledger.names import Names
from service.ledger.training_rows import exported_training_rows, training_rows
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOPICS = {
    "Dinas Perhubungan": "lampu jalan padam di depan sekolah dasar",
    "Dinas Lingkungan Hidup": "sampah bau menumpuk di pinggir sungai",
    "Dinas Sosial": "bantuan sosial belum cair sejak bulan puasa",
}
SECRET = "sampah rahasia menumpuk di belakang kantor kami"  # noqa: S105 - a text
NOBODY = Names({}, {})


class Desk:
    """Sends and decides complaints by the API."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def send(self, reference: str, text: str, **fields: Any) -> list[str]:
        """The ids of the suggested units, best first."""
        answer = self.client.post("/v1/predictions", json={"reference_id": reference, "text": text} | fields)
        assert answer.status_code == 200, answer.text
        return [unit["id"] for unit in answer.json()["units"]]

    def decide(self, reference: str, **fields: Any) -> str:
        answer = self.client.post("/v1/decisions", json={"reference_id": reference, "officer": "p-01"} | fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def rows(self) -> dict[str, LabelledComplaint]:
        database = self.client.app.state.database  # type: ignore[attr-defined]
        settings: Settings = self.client.app.state.settings  # type: ignore[attr-defined]
        with database.reading() as session:
            found = training_rows(session, settings.office, NOBODY, settings.zone)
        return {row.complaint.reference_id: row for row in found}


@pytest.fixture
def desk(client: TestClient) -> Desk:
    return Desk(client)


def test_every_verdict_is_exported_with_its_unit_and_undone_decisions_are_not(desk: Desk) -> None:
    first, other, *_ = desk.send("1", TOPICS["Dinas Sosial"])
    desk.decide("1", unit=first)
    desk.send("2", TOPICS["Dinas Sosial"])
    desk.decide("2", unit=other)
    desk.send("3", TOPICS["Dinas Sosial"])
    desk.client.delete(f"/v1/decisions/{desk.decide('3', unit=other)}")
    desk.send("4", TOPICS["Dinas Sosial"])
    assert {key: (row.unit, row.verdict, row.wrong_units) for key, row in desk.rows().items()} == {
        "1": (first, "accepted", ()),
        "2": (other, "changed", (first,)),
    }


def test_a_returned_unit_is_wrong_before_and_after_the_next_decision(desk: Desk) -> None:
    first, other, *_ = desk.send("1", TOPICS["Dinas Sosial"])
    desk.decide("1", unit=first)
    desk.client.post("/v1/returns", json={"reference_id": "1", "reason": "bukan kewenangan"})
    row = desk.rows()["1"]
    assert (row.returned, row.known_wrong) == (True, (first,))
    desk.decide("1", unit=other)
    row = desk.rows()["1"]
    assert (row.unit, row.returned, row.known_wrong) == (other, False, (first,))


@pytest.mark.parametrize(("outcome", "wrong"), [("bukan kewenangan", 1), ("minta kelengkapan", 0)])
def test_a_rejected_suggestion_is_wrong_unless_the_unit_is_not_known_yet(desk: Desk, outcome: str, wrong: int) -> None:
    first, *_ = desk.send("1", TOPICS["Dinas Sosial"])
    desk.decide("1", outcome=outcome)
    row = desk.rows()["1"]
    assert (row.unit, row.known_wrong) == ("", (first,) * wrong)


def test_a_decision_of_the_intake_system_is_an_ordinary_row_in_the_offices_time(desk: Desk) -> None:
    first, *_ = desk.send("1", TOPICS["Dinas Sosial"], received_at="2026-03-01T23:30:00+00:00")
    with desk.client.app.state.database.session() as session:  # type: ignore[attr-defined]
        complaint = Complaints(session, "kumham").get("1")
        Decisions(session, "kumham").reconcile(complaint, Decision(first, officer=INTAKE_SYSTEM))
    row = desk.rows()["1"]
    assert row.verdict == "recorded"
    assert row.received_at == datetime(2026, 3, 2, 6, 30)  # noqa: DTZ001 - Jakarta's
    assert row.decided_at is not None
    assert abs(row.decided_at - datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=7)) < timedelta(minutes=5)


def test_the_file_of_decisions_is_private_and_deleted_afterwards(sample_home: Path, tmp_path: Path) -> None:
    settings = Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"))
    open_ledger(settings.ledger_url).dispose()
    with exported_training_rows(settings) as path:
        assert path.is_file()
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def _train(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["train", *arguments, "--office", "uji", "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.output


@contextmanager
def _serving(home: Path, url: str) -> Iterator[Desk]:
    settings = Settings(home=home, office="uji", database_url=SecretStr(url), requests_per_minute=100_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield Desk(client)


def test_a_version_trained_on_decisions_answers_differently(
    tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILAH_DATABASE_URL", empty_database_url)
    home, source = tmp_path / "home", tmp_path / "a.csv"
    days = [(n, *list(TOPICS.items())[n % 3]) for n in range(45)]
    lines = [f"{n},{n % 28 + 1:02d}-{n // 28 + 1:02d}-2024,{text} {n % 5},{unit},K" for n, unit, text in days]
    source.write_text("id,tanggal,isi,unit,kategori\n" + "\n".join(lines), encoding="utf-8")
    _train(home, str(source))
    office = Office(home, "uji")
    fallen = "pohon tumbang melintang menutup badan jalan utama dekat pasar"
    with _serving(home, empty_database_url) as desk:
        for n in range(6):
            desk.send(f"t{n}", f"{fallen} {n}")
            desk.decide(f"t{n}", unit="Dinas Lingkungan Hidup")
        desk.send("rahasia", SECRET, confidential=True)
        desk.decide("rahasia", unit="Dinas Lingkungan Hidup")
        desk.send("batal", fallen)
        desk.client.delete(f"/v1/decisions/{desk.decide('batal', unit='Dinas Sosial')}")
        returned, *_ = desk.send("kembali", "mohon pembagian kartu parkir elektronik untuk warga kampung kami")
        desk.decide("kembali", unit=returned)
        desk.client.post("/v1/returns", json={"reference_id": "kembali", "reason": "bukan kewenangan"})
    output = _train(home, "--from-ledger")
    version = office.versions()[-1]
    rows = {row.complaint.reference_id: row for row in read_history(office.history_of(version))}
    assert len(rows) == 45 + 6 + 2
    assert rows["t0"].unit == "Dinas Lingkungan Hidup"
    assert rows["kembali"].returned
    assert rows["rahasia"].complaint.text == SECRET
    elsewhere = [path for path in home.rglob("*") if path.suffix in {".json", ".csv", ".html"}]
    assert not [path for path in elsewhere if SECRET in path.read_text(encoding="utf-8")]
    assert SECRET not in output
    assert not list(home.glob(".decisions-*"))
    router, card = office.load_version(version)
    assert card["data"]["from_ledger"]["with a wrong unit"] == 1 + sum(
        bool(rows[f"t{n}"].wrong_units) for n in range(6)
    )
    assert router.suggest(rows["t5"].complaint).units[0].name == "Dinas Lingkungan Hidup"
    assert router.suggest(rows["kembali"].complaint).units[0].id != returned


def test_without_a_file_and_without_the_ledger_the_command_says_what_it_needs(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["train", "--office", "uji", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "--from-ledger" in str(result.exception)
