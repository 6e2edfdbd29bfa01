"""What an operator does from the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from model.history.rows import read_history, write_history
from model.versions.office_home import Office
from service.app import create_app
from service.ledger.database import Database, open_ledger
from service.ledger.retention import retain
from service.ledger.tables import StoredComplaint
from service.settings import Settings

_PILAH = Path(sys.executable).with_name("pilah")


def _pilah(home: Path, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_PILAH, *arguments],
        env=os.environ | {"PILAH_HOME": str(home)} | environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_users_are_added_listed_and_disabled(tmp_path: Path) -> None:
    assert _pilah(tmp_path, "users", "add", "sari", "--role", "administrator", typed="kata-sandi-uji\n").returncode == 0
    assert _pilah(tmp_path, "users", "list").stdout == "sari\tadministrator\n"
    refused = _pilah(tmp_path, "users", "disable", "sari")
    assert (refused.returncode, refused.stderr.startswith("error: ")) == (1, True)
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("users", "add", "sari"), "pendek\n", "10 to 200"),
        (("users", "add", "Sari W"), "kata-sandi-uji\n", "a-z"),
        (("users", "add", "sari", "--role", "boss"), "kata-sandi-uji\n", "officer"),
        (("keys", "revoke", "x"), "", "keys list"),
        (("retain",), "", "--days"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    outcome = _pilah(tmp_path, *arguments, typed=typed)
    assert outcome.returncode == 1
    assert said in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_key_is_printed_once_and_listed_by_its_beginning(tmp_path: Path) -> None:
    secret = _pilah(tmp_path, "keys", "add", "SP4N").stdout.strip()
    listed = _pilah(tmp_path, "keys", "list").stdout
    assert secret[:10] in listed
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "pilah.db").read_bytes()


def test_an_address_that_others_reach_is_not_served_before_somebody_can_sign_in(tmp_path: Path) -> None:
    outcome = _pilah(tmp_path, "serve", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert outcome.returncode == 1
    assert "pilah users add" in outcome.stderr


def test_what_is_older_than_the_office_may_keep_is_deleted_everywhere(sample_home: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_home / "models", tmp_path / "models")
    office = Office(tmp_path, "kumham")
    rows = read_history(Office(sample_home, "kumham").history_folder)
    today = datetime.now(UTC).replace(tzinfo=None)
    moments = [today - timedelta(days=days) for days in (10, 400)]
    aged = [
        replace(row, complaint=replace(row.complaint, received_at=moment))
        for row, moment in zip(rows, moments, strict=False)
    ]
    write_history(office.history_folder, aged)
    settings = Settings(home=tmp_path)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for reference, days in (("baru", 10), ("lama", 400), ("menunggu", 400)):
            received = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            client.post(
                "/v1/predictions", json={"reference_id": reference, "text": "paspor saya", "received_at": received}
            )
        unit = client.get("/v1/units").json()["units"][0]["id"]
        for reference in ("baru", "lama"):
            client.post("/v1/decisions", json={"reference_id": reference, "unit": unit})
    database = Database(open_ledger(settings.ledger_url), "kumham")
    counted = retain(database, office, 365, delete_them=False)
    assert retain(database, office, 365, delete_them=True) == counted
    assert (counted.complaints, counted.history_rows, counted.still_waiting) == (1, 1, 1)
    with database.reading() as session:
        assert {entry.reference_id for entry in session.query(StoredComplaint)} == {"baru", "menunggu"}
    database.engine.dispose()
    assert len(read_history(office.history_folder)) == 1
