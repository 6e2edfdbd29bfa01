"""The administration page: keys and the audit log."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from service.ledger.tables import AuditEvent

if TYPE_CHECKING:
    from tests.service.desk import Desk


def test_sign_ins_decisions_exports_and_keys_are_audited_without_text(desk: Desk) -> None:
    desk.sign_in("budi").send("1")
    desk.decide("1")
    desk.client.get("/ekspor/berkas?bentuk=csv")
    with desk.database.reading() as session:
        events = {event.action for event in session.query(AuditEvent)}
    assert {"sign_in", "decision", "export", "key_added", "user_added"} <= events


def test_the_audit_log_shows_users_and_model_changes(desk: Desk) -> None:
    desk.sign_in("rini").send("1", text="paspor rahasia sekali")
    desk.decide("1")
    desk.client.app.state.model_changes.record("20261126-080000-abcdef")  # type: ignore[attr-defined]
    for _ in range(100):
        page = desk.page("/pengelola")
        if "20261126-080000-abcdef" in page:
            break
        time.sleep(0.05)
    assert "versi model yang menjawab" in page
    assert "memutuskan" in page
    assert "paspor rahasia" not in page


def test_a_key_is_shown_once(desk: Desk) -> None:
    answer = desk.sign_in("rini").post("/pengelola/kunci", nama="SP4N")
    key = re.search(r"pilah_[\w-]{20,}", answer.text)
    assert key
    assert key[0] not in desk.page("/pengelola")
    desk.key = key[0]
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
