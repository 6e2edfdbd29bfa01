"""Forbid a unit on a complaint's page: preview, rules.csv and audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from service.ledger.tables import AuditEvent
from tests.service.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient

TEXT = "laporan saya di polres belum ada kejelasan sejak tahun lalu"
REASON = "bukan kewenangan unit ini"


@pytest.fixture
def rules_file(sample_home: Path) -> Iterator[Path]:
    """The sample office's rules.csv, deleted after the test: all tests share this office."""
    path = sample_home / "offices" / "kumham" / "rules.csv"
    assert not path.exists()
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def supervisor(client: TestClient) -> Desk:
    return Desk(client).sign_in("budi")


def _forbid(desk: Desk, reference: str, first: str, **fields: Any) -> Any:
    stored = desk.stored(reference)
    sent = {"unit": first, "kata": "polres kejelasan", "kategori": "", "alasan": REASON} | fields
    return desk.post(f"/pengaduan/{stored['id']}/jangan", f"/pengaduan/{stored['id']}/jangan", **sent)


def test_a_forbidden_unit_is_not_suggested_and_the_rule_names_author_and_reason(
    supervisor: Desk, rules_file: Path
) -> None:
    first = supervisor.send("1", text=TEXT)["units"][0]
    answer = _forbid(supervisor, "1", first["id"])
    assert answer.status_code == 303
    assert "Aturan larangan-1 ditetapkan" in supervisor.page(answer.headers["location"])
    again = supervisor.send("2", text=f"{TEXT} tolong")
    assert first["id"] not in [unit["id"] for unit in again["units"]]
    assert again["rule"]["reason"] == REASON
    assert "budi" in rules_file.read_text(encoding="utf-8")
    with supervisor.database.reading() as session:
        events = session.query(AuditEvent).filter(AuditEvent.action == "rule").all()
        assert [(event.actor, event.subject) for event in events] == [("budi", f"larangan-1 forbid {first['id']}")]


def test_the_page_previews_a_rule_before_adding_the_rule(supervisor: Desk, rules_file: Path) -> None:
    first, second, *_ = supervisor.send("1", text=TEXT)["units"]
    for reference, unit in (("2", first), ("3", second)):
        supervisor.send(reference, text=f"{TEXT} {reference}")
        supervisor.decide(reference, unit=unit["id"])
    supervisor.send("4", text="sertifikat tanah warisan belum terbit", confidential=True)
    stored = supervisor.stored("1")
    query = f"unit={first['id']}&kata=polres+kejelasan&kategori=&alasan=bukan+kami"
    page = supervisor.page(f"/pengaduan/{stored['id']}/jangan?{query}")
    assert "3 dari 4 pengaduan terbaru cocok" in page
    assert "Pada 3 di antaranya saran pertama" in page
    assert "1 di antaranya diputuskan untuk unit itu" in page
    assert not rules_file.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"alasan": ""}, "Tulis alasannya"),
        ({"kata": ""}, "Isi kata yang harus ada"),
        ({"unit": "unit-khayal"}, "Pilih unit"),
        ({"kata": "=1+1"}, "Tulis tanpa tanda itu"),
        ({"kategori": "kategori-khayal"}, "Kategori ini tidak dikenal"),
    ],
)
def test_an_incomplete_form_is_explained_and_adds_no_rule(
    supervisor: Desk, rules_file: Path, fields: dict[str, str], said: str
) -> None:
    first = supervisor.send("1", text=TEXT)["units"][0]
    answer = _forbid(supervisor, "1", first["id"], **fields)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert not rules_file.exists()


def test_an_officer_may_not_forbid_a_unit_and_sees_no_link(client: TestClient, rules_file: Path) -> None:
    desk = Desk(client).sign_in("sari")
    desk.send("1", text=TEXT)
    address = f"/pengaduan/{desk.stored('1')['id']}"
    assert "/jangan" not in desk.page(address)
    assert desk.client.get(f"{address}/jangan").status_code == 403
    assert desk.post(f"{address}/jangan", address, unit="x", kata="y", alasan=REASON).status_code == 403
    assert not rules_file.exists()
