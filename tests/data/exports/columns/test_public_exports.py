"""Exports with the header rows of public systems and invented rows: every field that is there is found.

| export | shows |
|---|---|
| LAPOR! since 2024 | ten preamble rows, places, a reporter's name (test_reporter_names.py) |
| Open311 GeoReport CSV | the service is the category, the agency the unit, five other dates and notes |
| FixMyStreet CSV | title beside "Detail", seven dates |
| Boston 311 | labels under title, subject, reason and type; no text: refused |
| Chicago 311 | no text: refused |
| New York 311 | long canned answers, no text: asked about them |
| San Francisco 311 | request details |
| CFPB complaints | the narrative among 18 columns |
| Google Forms in Indonesian | whole questions as headers |
| Qualtrics | three header rows |
| SurveyMonkey | two header rows |
| CRM of a province | semicolons, coordinator and follow-up |
| a village's own application | snake_case, a NIK, seksi |
| a list kept by hand | two titles above, numbering under the header, remarks |
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest

from data.errors import ColumnMissing
from data.exports.open import open_export
from tests.data.exports.columns.tables import COMPLAINTS, table
from tests.data.exports.files import workbook, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ROWS = len(COMPLAINTS)


def _turns(*values: str) -> list[str]:
    """Values that recur in turn."""
    return list(islice(cycle(values), _ROWS))


def _days(month: int, time: str = "") -> list[str]:
    return [f"2024-{month:02d}-{day:02d}{time}" for day in range(1, _ROWS + 1)]


def _numbers(first: int) -> list[str]:
    return [str(first + n) for n in range(_ROWS)]


def _fields(path: Path) -> dict[str, str]:
    export = open_export(path)
    sound = [row for row in export.rows() if not row.problem]
    assert [row.fields["text"] for row in sound] == COMPLAINTS
    return dict(export.columns)


_ADDRESSES = [f"{n} Contoh Street, Sampletown" for n in range(100, 100 + _ROWS)]
_AGENCIES = _turns("Roads Division", "Water Division", "Parks Division")
_SERVICES = _turns("Pothole in Street", "Street Light Out", "Water Leak", "Fallen Tree")
_UNITS = _turns("Dinas Bina Marga", "Dinas Sumber Daya Air", "Dinas Pertamanan")
_CATEGORIES = _turns("Jalan Rusak", "Lampu Jalan", "Saluran Air", "Sampah")
_ANSWERS = _turns(
    "The department inspected the location and completed the requested repair within the agreed time",
    "The department found no problem at the location that was given and has closed the request",
)
_COLUMNS = {
    "open311": {
        "service_request_id": _numbers(100), "status": _turns("open", "closed"), "status_notes": _ANSWERS,
        "service_name": _SERVICES, "service_code": _turns("4fd3b656e750846c53000004", "4fd6e4ece750840569000019"),
        "description": COMPLAINTS, "agency_responsible": _AGENCIES, "service_notice": [],
        "requested_datetime": _days(1, "T19:02:21+07:00"), "updated_datetime": _days(2, "T10:15:40+07:00"),
        "expected_datetime": _days(3, "T10:15:40+07:00"), "address": _ADDRESSES, "address_id": [],
        "zipcode": _numbers(40115), "lat": _turns("-6.9147", "-6.9201"), "long": _turns("107.6098", "107.6102"),
        "media_url": _turns("https://example.org/1.jpg"),
    },
    "fixmystreet": {
        "Report ID": _numbers(5000), "Title": [f"Masalah ke-{n}" for n in range(_ROWS)], "Detail": COMPLAINTS,
        "User Name": [f"Warga {n}" for n in range(_ROWS)], "Category": _SERVICES,
        "Created": _days(1, "T08:00:00"), "Confirmed": _days(1, "T09:00:00"), "Acknowledged": _days(2),
        "Fixed": _days(3), "Closed": _days(4), "Status": _turns("confirmed", "fixed"),
        "Latitude": _turns("51.5", "51.6"), "Longitude": _turns("-0.12", "-0.13"), "Query": _numbers(1),
        "Ward": _turns("North", "South"), "Easting": _numbers(530000), "Northing": _numbers(180000),
        "Report URL": _turns("https://example.org/report/1"), "Device Type": _turns("mobile", "desktop"),
        "Site Used": _turns("www"), "Reported As": [],
    },
    "san francisco": {
        "CaseID": _numbers(17000001), "Opened": [f"01/{day:02d}/2024 08:11:00 AM" for day in range(1, _ROWS + 1)],
        "Closed": [f"02/{day:02d}/2024 10:20:00 AM" for day in range(1, _ROWS + 1)],
        "Updated": [f"02/{day:02d}/2024 10:20:00 AM" for day in range(1, _ROWS + 1)],
        "Status": _turns("Open", "Closed"), "Status Notes": _ANSWERS, "Responsible Agency": _AGENCIES,
        "Category": _CATEGORIES, "Request Type": _SERVICES, "Request Details": COMPLAINTS, "Address": _ADDRESSES,
        "Street": _turns("CONTOH ST", "MISAL ST"), "Supervisor District": _turns("1", "2", "3"),
        "Neighborhood": _turns("Utara", "Selatan"), "Police District": _turns("CENTRAL", "MISSION"),
        "Latitude": _turns("37.7"), "Longitude": _turns("-122.4"), "Source": _turns("Mobile/Open311", "Phone"),
        "Media URL": [],
    },
    "cfpb": {
        "Date received": [f"0{month}/15/2024" for month in range(1, 10)] + ["03/02/2024"] * 3,
        "Product": _turns("Credit card", "Mortgage"), "Sub-product": _turns("Store card", "Fixed rate"),
        "Issue": _turns("Billing dispute", "Late fee"), "Sub-issue": [],
        "Consumer complaint narrative": COMPLAINTS, "Company public response": _ANSWERS,
        "Company": _turns("Bank Contoh", "Bank Misal"), "State": _turns("CA", "NY"), "ZIP code": _turns("940XX"),
        "Tags": [], "Consumer consent provided?": _turns("Consent provided"), "Submitted via": _turns("Web", "Phone"),
        "Date sent to company": [f"0{month}/16/2024" for month in range(1, 10)] + ["03/03/2024"] * 3,
        "Company response to consumer": _turns("Closed with explanation"), "Timely response?": _turns("Yes", "No"),
        "Consumer disputed?": _turns("N/A"), "Complaint ID": _numbers(800000),
    },
    "google forms": {
        "Timestamp": [f"{day}/01/2024 9:15:00" for day in range(1, _ROWS + 1)],
        "Email Address": [f"warga{n}@example.org" for n in range(_ROWS)],
        "Nama Lengkap (boleh dikosongkan)": [f"Warga {n}" for n in range(_ROWS)],
        "Nomor WhatsApp yang dapat dihubungi": [f"0812000000{n:02d}" for n in range(_ROWS)],
        "Kelurahan tempat kejadian": _turns("Sukacontoh", "Sukamisal"),
        "Silakan tuliskan keluhan, saran, atau aspirasi Anda sejelas mungkin (apa, di mana, kapan)": COMPLAINTS,
        "Bidang layanan yang dituju": _turns("Kebersihan", "Jalan", "Air"),
        "Apakah Anda bersedia dihubungi untuk tindak lanjut?": _turns("Ya", "Tidak"),
    },
    "crm": {
        "No.": _numbers(1), "Nomor Tiket": [f"CRM-2024-{n:05d}" for n in range(_ROWS)],
        "Tanggal Masuk": [f"{day:02d}/03/2024 07:40" for day in range(1, _ROWS + 1)], "Kanal": _turns("JAKI", "Twitter"),
        "Kategori": _CATEGORIES, "Isi Laporan": COMPLAINTS,
        "Lokasi": [f"Jl. Contoh No. {n}, RT 0{n % 9}, depan pasar, dekat pos ronda" for n in range(_ROWS)],
        "Kelurahan": _turns("Sukacontoh", "Sukamisal"), "Kecamatan": _turns("Timur", "Barat"),
        "Kota Administrasi": _turns("Kota Contoh"), "SKPD Koordinator": _UNITS, "Status": _turns("Selesai", "Koordinasi"),
        "Tanggal Selesai": [f"{day:02d}/04/2024 08:00" for day in range(1, _ROWS + 1)],
        "Tindak Lanjut": _turns(
            "Sudah ditindaklanjuti oleh petugas di lapangan pada hari yang sama, terima kasih atas laporannya",
            "Laporan sudah dikoordinasikan dengan wilayah dan akan dikerjakan menurut jadwal pekan depan",
        ),
    },
    "application": {
        "id_pengaduan": _numbers(1), "tgl_pengaduan": _days(5), "nik": _numbers(3273010101900000),
        "nama_pelapor": [f"Warga {n}" for n in range(_ROWS)], "isi_laporan": COMPLAINTS, "foto": _turns("1.jpg"),
        "kategori_pengaduan": _CATEGORIES, "kanal_pengaduan": _turns("whatsapp", "loket"),
        "seksi": _turns("Pelayanan", "Pembangunan"), "status": _turns("0", "proses", "selesai"),
        "keterangan_admin": _turns("Sudah diteruskan kepada seksi yang berwenang menangani hal ini kemarin"),
    },
}  # fmt: skip
_EXPECTED = {
    "open311": {
        "id": "service_request_id", "status": "status", "category": "service_name", "text": "description",
        "unit": "agency_responsible", "received_at": "requested_datetime", "location": "address",
    },
    "fixmystreet": {
        "id": "Report ID", "title": "Title", "text": "Detail", "category": "Category", "received_at": "Created",
        "status": "Status",
    },
    "san francisco": {
        "id": "CaseID", "received_at": "Opened", "status": "Status", "unit": "Responsible Agency",
        "category": "Category", "text": "Request Details", "location": "Address", "channel": "Source",
    },
    "cfpb": {
        "received_at": "Date received", "text": "Consumer complaint narrative", "channel": "Submitted via",
        "id": "Complaint ID",
    },
    "google forms": {
        "received_at": "Timestamp", "village": "Kelurahan tempat kejadian",
        "text": "Silakan tuliskan keluhan, saran, atau aspirasi Anda sejelas mungkin (apa, di mana, kapan)",
        "requested_unit": "Bidang layanan yang dituju",
    },
    "crm": {
        "id": "Nomor Tiket", "received_at": "Tanggal Masuk", "channel": "Kanal", "category": "Kategori",
        "text": "Isi Laporan", "location": "Lokasi", "village": "Kelurahan", "district": "Kecamatan",
        "regency": "Kota Administrasi", "unit": "SKPD Koordinator", "status": "Status",
    },
    "application": {
        "id": "id_pengaduan", "received_at": "tgl_pengaduan", "text": "isi_laporan", "category": "kategori_pengaduan",
        "channel": "kanal_pengaduan", "unit": "seksi", "status": "status",
    },
}  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("name", _COLUMNS)
def test_the_fields_of_a_public_systems_export_are_found(tmp_path: Path, name: str, separator: str) -> None:
    assert _fields(written(tmp_path, table(_COLUMNS[name], separator))) == _EXPECTED[name]


_BOSTON = {
    "case_enquiry_id": _numbers(101005000000), "open_dt": _days(1, " 08:00:00"), "sla_target_dt": _days(2, " 08:00:00"),
    "closed_dt": _days(3, " 08:00:00"), "on_time": _turns("ONTIME", "OVERDUE"), "case_status": _turns("Closed", "Open"),
    "closure_reason": _turns("Case Closed. Closed date : 2024-01-03 08:00:00 Resolved by the crew of the district"),
    "case_title": _SERVICES, "subject": _AGENCIES, "reason": _turns("Highway", "Sanitation"), "type": _SERVICES,
    "queue": _turns("PWDx_District 1", "PARK_Maintenance"), "department": _turns("PWDx", "PARK"),
    "location": _ADDRESSES, "neighborhood": _turns("North", "South"), "source": _turns("App", "Call"),
}  # fmt: skip
_CHICAGO = {
    "SR_NUMBER": [f"SR24-{n:08d}" for n in range(_ROWS)], "SR_TYPE": _SERVICES, "SR_SHORT_CODE": _turns("PHF", "SFD"),
    "OWNER_DEPARTMENT": _AGENCIES, "STATUS": _turns("Completed", "Open"), "ORIGIN": _turns("Phone Call", "Mobile"),
    "CREATED_DATE": [f"01/{day:02d}/2024 06:33:00 AM" for day in range(1, _ROWS + 1)], "WARD": _numbers(1),
    "STREET_ADDRESS": _ADDRESSES, "ZIP_CODE": _numbers(60601),
}  # fmt: skip
_NEW_YORK = {
    "Unique Key": _numbers(60000000), "Created Date": [f"01/{day:02d}/2024 11:05:00 PM" for day in range(1, 13)],
    "Closed Date": [f"01/{day:02d}/2024 11:45:00 PM" for day in range(1, 13)], "Agency": _turns("DOT", "DEP", "DPR"),
    "Agency Name": _AGENCIES, "Complaint Type": _SERVICES, "Descriptor": _turns("Pothole", "Lamp Out", "Leak"),
    "Location Type": _turns("Street", "Sidewalk"), "Incident Zip": _numbers(10001), "Incident Address": _ADDRESSES,
    "City": _turns("BROOKLYN", "BRONX"), "Status": _turns("Closed", "Open"), "Due Date": [],
    "Resolution Description": _ANSWERS, "Borough": _turns("BROOKLYN", "BRONX"),
}  # fmt: skip


@pytest.mark.parametrize("columns", [_BOSTON, _CHICAGO, _NEW_YORK])
def test_an_export_without_the_citizens_words_is_refused_until_the_text_is_named(
    tmp_path: Path, columns: dict[str, list[str]]
) -> None:
    path = written(tmp_path, table(columns))
    with pytest.raises(ColumnMissing, match=r"--text HEADER"):
        open_export(path)


@pytest.mark.parametrize(
    ("columns", "text", "expected"),
    [
        (_BOSTON, "case_title", {"id": "case_enquiry_id", "received_at": "open_dt", "category": "type", "unit": "department"}),
        (_CHICAGO, "SR_TYPE", {"id": "SR_NUMBER", "received_at": "CREATED_DATE", "unit": "OWNER_DEPARTMENT"}),
        (_NEW_YORK, "Descriptor", {"id": "Unique Key", "received_at": "Created Date", "category": "Complaint Type",
                                   "unit": "Agency Name"}),
    ],
)  # fmt: skip
def test_the_other_fields_of_such_an_export_are_found(
    tmp_path: Path, columns: dict[str, list[str]], text: str, expected: dict[str, str]
) -> None:
    found = open_export(written(tmp_path, table(columns)), columns={"text": text}).columns
    assert {field: found.get(field) for field in expected} == expected


_SURVEY_DAYS = _days(6, " 10:11:12")
_QUALTRICS = {
    "StartDate": ["Start Date", '{"ImportId":"startDate","timeZone":"Asia/Jakarta"}', *_SURVEY_DAYS],
    "EndDate": ["End Date", '{"ImportId":"endDate","timeZone":"Asia/Jakarta"}', *_SURVEY_DAYS],
    "Status": ["Response Type", '{"ImportId":"status"}', *_turns("IP Address")],
    "IPAddress": ["IP Address", '{"ImportId":"ipAddress"}', *_turns("10.0.0.1")],
    "RecordedDate": ["Recorded Date", '{"ImportId":"recordedDate"}', *_SURVEY_DAYS],
    "ResponseId": ["Response ID", '{"ImportId":"_recordId"}', *[f"R_{n}abc" for n in range(_ROWS)]],
    "Q1": ["Apa keluhan Anda tentang layanan kami?", '{"ImportId":"QID1_TEXT"}', *COMPLAINTS],
    "Q2": ["Bagian mana yang Anda datangi?", '{"ImportId":"QID2"}', *_UNITS],
}
_SURVEYMONKEY = {
    "Respondent ID": ["", *_numbers(118000000001)], "Collector ID": ["", *_turns("454000001")],
    "Start Date": ["", *_SURVEY_DAYS], "End Date": ["", *_SURVEY_DAYS], "IP Address": ["", *_turns("10.0.0.1")],
    "Email Address": [], "First Name": [], "Last Name": [], "Custom Data 1": [],
    "Apa keluhan Anda tentang layanan kami?": ["Open-Ended Response", *COMPLAINTS],
    "Bagian mana yang Anda datangi?": ["Response", *_UNITS],
}  # fmt: skip


def test_a_survey_with_three_header_rows_is_read(tmp_path: Path) -> None:
    columns = _fields(written(tmp_path, table(_QUALTRICS)))
    assert columns["text"] in {"Q1", "Apa keluhan Anda tentang layanan kami?"}
    assert columns["received_at"] in {"StartDate", "RecordedDate", "Recorded Date"}
    assert columns["id"] in {"ResponseId", "Response ID"}


def test_a_survey_with_two_header_rows_is_read(tmp_path: Path) -> None:
    columns = _fields(written(tmp_path, table(_SURVEYMONKEY)))
    assert columns["text"] == "Apa keluhan Anda tentang layanan kami?"
    assert (columns["id"], columns["received_at"]) == ("Respondent ID", "Start Date")


def test_a_list_kept_by_hand_is_read(tmp_path: Path) -> None:
    header = ["No", "Hari/Tanggal", "Nama", "Alamat", "Permasalahan", "Ditangani oleh", "Keterangan"]
    rows: list[Sequence[object]] = [["DAFTAR PENGADUAN MASYARAKAT"], ["BULAN MARET 2024"], [], header]
    rows.append([f"({n})" for n in range(1, len(header) + 1)])
    rows += [
        [
            n,
            f"{n} Maret 2024",
            f"Warga {n}",
            f"RT 0{n % 9}",
            text,
            unit,
            "sudah disampaikan lewat surat kepada kepala dinas",
        ]
        for n, (text, unit) in enumerate(zip(COMPLAINTS, _UNITS, strict=True), start=1)
    ]
    assert _fields(workbook(tmp_path / "a.xlsx", S=rows)) == {
        "received_at": "Hari/Tanggal",
        "location": "Alamat",
        "text": "Permasalahan",
        "unit": "Ditangani oleh",
    }
