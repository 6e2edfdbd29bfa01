"""`pilah retain` deletes old complaints from the ledger and from the history."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient

from model.history.rows import read_history, write_history
from model.versions.office_home import Office
from service.app import create_app
from service.ledger.database import Database, open_ledger
from service.ledger.retention import retain
from service.ledger.tables import StoredComplaint
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


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
