"""Rows of an upload whose number belongs to another complaint, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.ledger.complaints import Complaints
from service.ledger.tables import StoredComplaint
from tests.data.exports.files import workbook
from tests.service.jobs.test_own_exports import enter, ledger

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk

PASSPORT = "paspor saya tertahan di kantor imigrasi sejak bulan lalu"
PRISON = "lapas terlalu penuh dan petugasnya kasar kepada pengunjung"
LAND = "sertifikat tanah warisan belum juga terbit padahal sudah lunas"


def _upload(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """A file of numbers, dates, texts and units."""
    lines = [",".join(row) for row in rows]
    path.write_text("\n".join(("no laporan,tanggal,isi laporan,unit", *lines)), encoding="utf-8")
    return path


def _decided(desk: Desk, reference: str) -> list[str]:
    return [entry["unit"] for entry in desk.stored(reference)["decisions"]]


def test_numbers_that_start_again_enter_each_complaint_with_its_own_decision(desk: Desk, tmp_path: Path) -> None:
    path = _upload(
        tmp_path / "a.csv",
        ("1", "05/01/2024", PASSPORT, "Unit Satu"),
        ("1", "05/02/2024", PRISON, "Unit Dua"),
        ("1", "06/02/2024", LAND, ""),
    )
    first = enter(desk, path)
    assert (first.recorded, first.new, first.told_apart, first.differed) == (2, 1, 2, 0)
    assert desk.stored("1")["text"] == PASSPORT
    assert desk.stored("1 (2024-02)")["text"] == PRISON
    assert desk.stored("1 (2024-02-06)")["waiting"]
    assert _decided(desk, "1") != _decided(desk, "1 (2024-02)")
    before = ledger(desk)
    again = enter(desk, path)
    assert ledger(desk) == before
    assert (again.told_apart, again.new, again.agreed + again.unchanged) == (0, 0, 3)


def test_a_revised_text_in_a_later_export_stays_a_revision(desk: Desk, tmp_path: Path) -> None:
    enter(desk, _upload(tmp_path / "a.csv", ("1", "05/01/2024", PASSPORT, "")))
    summary = enter(desk, _upload(tmp_path / "b.csv", ("1", "05/01/2024", f"{PASSPORT} mohon dibantu", "")))
    assert (summary.revised, summary.told_apart) == (1, 0)
    assert desk.stored("1")["revision"] == 2
    # The first export again: an older text of the same complaint is no other complaint.
    assert enter(desk, tmp_path / "a.csv").told_apart == 0


def test_a_complaint_of_the_api_does_not_get_the_decision_of_another_upload(desk: Desk, tmp_path: Path) -> None:
    enter(desk, _upload(tmp_path / "a.csv", ("1", "05/01/2024", PASSPORT, "Unit Satu")))
    desk.send("1", text=PRISON)
    assert (desk.stored("1")["text"], desk.stored("1")["waiting"], _decided(desk, "1")) == (PRISON, True, [])
    # The later export knows which of the two is meant.
    both = _upload(
        tmp_path / "b.csv", ("1", "05/01/2024", PASSPORT, "Unit Satu"), ("1", "07/02/2024", PRISON, "Unit Dua")
    )
    summary = enter(desk, both)
    assert (summary.agreed, summary.decided, summary.told_apart) == (1, 1, 0)


def test_a_clearly_different_text_under_a_systems_own_reference_leaves_the_group(desk: Desk) -> None:
    desk.send("1", text=PASSPORT)
    desk.send("2", text=PASSPORT)
    desk.send("1", text=PRISON)
    assert desk.stored("1")["revision"] == 2
    with desk.database.reading() as session:
        groups = _groups(session)
    assert groups["1", 1] == groups["2", 1] != groups["1", 2]


def test_a_return_does_not_follow_a_number_to_another_complaint(desk: Desk) -> None:
    unit = desk.send("1", text=PASSPORT)["units"][0]["id"]
    made = desk.client.post("/v1/decisions", json={"reference_id": "1", "unit": unit}, headers=desk.bearer)
    assert made.status_code == 201
    returned = {"reference_id": "1", "reason": "bukan kami"}
    assert desk.client.post("/v1/returns", json=returned, headers=desk.bearer).status_code == 201
    codes = [notice["code"] for notice in desk.send("1", text=f"{PASSPORT} pak")["notices"]]
    assert "returned_by_unit" in codes
    assert "returned_by_unit" not in [notice["code"] for notice in desk.send("1", text=PRISON)["notices"]]


def test_a_precedent_is_not_linked_to_another_complaint_of_its_number(desk: Desk) -> None:
    desk.send("1", text=PASSPORT)
    with desk.database.reading() as session:
        complaints = Complaints(session, "kumham")
        assert complaints.ids_of({"1": "sejak bulan lalu paspor saya tertahan"}) == {"1": desk.stored("1")["id"]}
        assert complaints.ids_of({"1": PRISON, "2": PASSPORT}) == {}


def test_a_status_that_resembles_a_return_is_read_as_a_decision_and_asked_about(desk: Desk, tmp_path: Path) -> None:
    rows = (("1", PASSPORT, "Ditolak"), ("2", PRISON, "Ditolak"), ("3", LAND, "Selesai"))
    lines = [f"{number},05/01/2024,{text},Unit Satu,{status}" for number, text, status in rows]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(("no laporan,tanggal,isi laporan,unit,status", *lines)), encoding="utf-8")
    with path.open("rb") as file:
        sent = desk.sign_in("sari").post("/unggah", "/unggah", files={"berkas": (path.name, file)})
    summary = desk.summary_of(sent.headers["location"].rsplit("/", 1)[-1])
    assert (summary["recorded"], summary["unclear_statuses"]) == (3, {"Ditolak": 2})
    page = desk.page(sent.headers["location"])
    assert "Apakah status ini berarti unit mengembalikan pengaduan? “<bdi>Ditolak</bdi>” (2 baris)." in page


def _groups(session: Any) -> dict[tuple[str, int], str]:
    return {(entry.reference_id, entry.revision): entry.group_id for entry in session.query(StoredComplaint)}


def test_numbers_that_start_again_on_each_sheet_are_told_apart_by_it(desk: Desk, tmp_path: Path) -> None:
    header = ["no laporan", "isi laporan"]
    texts = {"Januari": PASSPORT, "Februari": PRISON, "Maret (revisi)": LAND}
    path = workbook(tmp_path / "a.xlsx", **{sheet: [header, ["1", text]] for sheet, text in texts.items()})
    assert (enter(desk, path).new, desk.stored("1")["text"]) == (3, PASSPORT)
    assert desk.stored("1 (Februari)")["text"] == PRISON
    assert desk.stored("1 (Maret revisi)")["text"] == LAND
    before = ledger(desk)
    enter(desk, path)
    assert ledger(desk) == before
