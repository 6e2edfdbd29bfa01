"""The dashboard."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import TYPE_CHECKING

from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from tests.service.desk import Desk


def test_every_figure_of_the_dashboard_opens_its_cases(officer: Desk) -> None:
    for n in range(8):
        officer.send(str(n))
    units = officer.stored("0")["suggestion"]["units"]
    for n in range(3):
        officer.decide(str(n))
    officer.decide("3", unit=units[1]["id"])
    officer.decide("4", unit="-", tindak_lanjut="bukan kewenangan")
    for reference in ("0", "3"):
        officer.post(f"/pengaduan/{officer.stored(reference)['id']}/kembali", alasan="salah")
    with officer.database.session() as session:
        overdue = session.get_one(StoredComplaint, officer.stored("1")["id"])
        overdue.settle_by = overdue.forward_by = datetime(2026, 1, 5).date()  # noqa: DTZ001 - a day
    page = html.unescape(officer.page("/dasbor"))
    assert "60%" in page
    # The figure of a table cell or a tile, and its link.
    linked = re.findall(r'href="(/daftar[^"]*)">(?:<span class="tile-name">[^<]*</span> <span[^>]*>)?(\d+)<', page)
    assert len(linked) >= 10
    for address, figure in linked:
        assert officer.page(address).count('href="/pengaduan/') == int(figure), address
    accepted = next(address for address in re.findall(r'href="(/daftar[^"]*)"', page) if "putusan=accepted" in address)
    assert officer.page(accepted).count('href="/pengaduan/') == 3


def test_days_are_written_and_read_in_the_offices_language(officer: Desk) -> None:
    for written in ("2026-11-03", "3/11/2026", "3 November 2026"):
        page = officer.page(f"/dasbor?dari={written}&sampai=2026-11-20")
        assert 'value="03/11/2026"' in page
        assert 'type="date"' not in page
