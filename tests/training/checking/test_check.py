from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from model.office.units import Units, read_units
from model.versions.office_home import Office
from pilah import app
from tests.training.checking.mending import cells_of, fill_in
from training.checking import workbook as at
from training.checking.check import check
from training.checking.corrections_file import read_corrections
from training.checking.coverage import period_of
from training.checking.findings import Label
from training.checking.label_variants import find_label_variants
from training.checking.page import page_of, section_of
from training.checking.units_file import add_spellings
from training.checking.workbook import SHEETS, write_check
from training.dataset.corrections import Merge
from training.dataset.read import Reading, read_exports
from training.errors import CorrectionsUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from training.checking.findings import Findings

HEADERS = ("id", "tanggal", "isi laporan", "instansi", "kategori", "rahasia")
TOPICS = {
    "Dinas Perhubungan": "lampu jalan padam",
    "Dinas Lingkungan Hidup": "sampah bau menumpuk",
    "Dinas Pekerjaan Umum": "jalan berlubang tergenang",
}


def _rows(count: int = 60) -> list[list[str]]:
    rows = []
    for n in range(count):
        unit, text = list(TOPICS.items())[n % 3]
        day = date(2024, 1, 1) + timedelta(days=n * 3)
        rows.append([str(1000 + n), f"{day:%d-%m-%Y}", f"{text} nomor{n} blok{n * 7}", unit, f"K{n % 3}", ""])
    return rows


def _write(path: Path, rows: list[list[str]], headers: tuple[str, ...] = HEADERS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def _read(path: Path, *mended: Path) -> Reading:
    return read_exports([path], columns={}, timezone="Asia/Jakarta", corrections=read_corrections(mended))


def _checked(path: Path, *mended: Path, units: Units | None = None) -> Findings:
    return check(_read(path, *mended), units or Units([]), doubts=False)


def _spelled(*names: tuple[str, int], units: Units | None = None) -> list[tuple[str, str]]:
    rows = [LabelledComplaint(Complaint("lampu jalan padam"), name, "") for name, count in names for _ in range(count)]
    return [(found.name, found.into) for found in find_label_variants(rows, units or Units([])) if not found.joined]


def test_three_spellings_of_a_unit_are_proposed_as_one() -> None:
    found = _spelled(("Dinas PU", 4), ("DPU", 9), ("Dinas Pekerjaan Umum", 3), ("Dinas Sosial", 8))
    assert found == [("DPU", "Dinas Pekerjaan Umum"), ("Dinas PU", "Dinas Pekerjaan Umum")]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Kecamatan Tandes", "Kecamatan Tanjung"),
        ("SDN 1", "SDN 2"),
        ("SDN 12 Kauman", "SDN 21 Kauman"),
        ("Asdep Bidang I", "Asdep Bidang II"),
        ("Dinas Sosial", "Dinas"),
        ("Kota Pekalongan", "Kabupaten Pekalongan"),
        ("Polda Sulawesi Tenggara", "Polda Sulteng"),
        ("Kelurahan Gading", "Kelurahan Gadung"),
        ("Kelurahan Sawah", "Kelurahan Sawahan"),
        ("Bagian Hukum", "Bagian Hukuman"),
        ("Kelurahan Wonorejo - Rungkut", "Kelurahan Wonorejo - Tegalsari"),
        ("Kejaksaan Negeri Kota Madiun", "Kejaksaan Negeri Kabupaten Madiun"),
        ("Bagian Umum", "Bagian Umum Protokol dan Komunikasi Pimpinan"),
    ],
)
def test_two_names_that_are_two_units_are_never_proposed_as_one(name: str, other: str) -> None:
    assert _spelled((name, 30), (other, 1)) == _spelled((name, 1), (other, 30)) == []


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Dishub", "Dinas Perhubungan"),
        ("Din. Lingk. Hidup", "Dinas Lingkungan Hidup"),
        ("Satpol PP", "Satuan Polisi Pamong Praja"),
        ("Kec. Tandes", "Kecamatan Tandes"),
        ("Polda Sumut", "Polda Sumatera Utara"),
        ("BPBD", "Badan Penanggulangan Bencana Daerah (BPBD)"),
        ("Kejaksaaan Tinggi", "Kejaksaan Tinggi"),
        ("Dinas Perhubungan Kota Surabaya", "Dinas Perhubungan"),
    ],
)
def test_a_short_or_slipped_spelling_is_proposed(short: str, full: str) -> None:
    assert _spelled((short, 1), (full, 20), ("Dinas Sosial", 5)) == [(short, full)]


def test_an_abbreviation_of_two_units_is_proposed_for_neither() -> None:
    assert _spelled(("DKP", 3), ("Dinas Ketahanan Pangan", 9), ("Dinas Kelautan dan Perikanan", 9)) == []


def test_units_that_the_office_tells_apart_are_not_proposed(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("id,name\ndpu,DPU\npu,Dinas Pekerjaan Umum\n", encoding="utf-8")
    assert _spelled(("DPU", 3), ("Dinas Pekerjaan Umum", 9), units=read_units(path)) == []


def test_the_period_names_empty_weeks_and_thin_months() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(200) if not 60 <= n < 88]
    rows = [
        LabelledComplaint(Complaint("teks", received_at=datetime(day.year, day.month, day.day)), "U", "")  # noqa: DTZ001
        for day in days
    ]
    period = period_of(rows, today=date(2024, 7, 1))
    assert period is not None
    assert period.empty_weeks == (date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18))
    assert period.thin_months == (date(2024, 3, 1),)
    assert period.after_today == sum(day > date(2024, 7, 1) for day in days)


def test_each_row_is_found_again_by_file_row_and_id(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][3] = ""
    found = _checked(_write(tmp_path / "a.csv", rows)).blank.no_unit
    assert [(row.source.file, row.source.row, row.id) for row in found if row.source] == [("a.csv", 12, "1010")]


def test_a_confidential_row_shows_its_place_and_nothing_else(tmp_path: Path) -> None:
    rows = _rows()
    for n in (9, 10, 11):
        rows[n][2:] = [
            "perkara lurah mawar memalsukan tanda tangan warga untuk menjual lahan kas desa",
            f"U{n}",
            "",
            "ya",
        ]
    rows[12] = ["9912", "kapan", "isi rahasia tentang bupati melati dan uang sewa pasar", "", "", "rahasia"]
    findings = _checked(_write(tmp_path / "a.csv", rows))
    write_check(tmp_path / "c.xlsx", findings)
    written = page_of(findings, office="uji") + str(
        [cells_of(tmp_path / "c.xlsx", sheet) for sheet in (SHEETS.conflicts, SHEETS.blank, SHEETS.near_duplicates)]
    )
    assert findings.conflicts
    assert findings.confidential == 4
    assert "baris 11" in written
    assert not [secret for secret in ("mawar", "melati", "1009", "9912") if secret in written]


def test_a_unit_put_right_in_the_workbook_is_learned_as_right(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][3], rows[11][1], rows[12][3:5] = "", "13/31/2024", ["", ""]
    export, workbook = _write(tmp_path / "a.csv", rows), tmp_path / "c.xlsx"
    write_check(workbook, _checked(export))
    fill_in(
        workbook,
        {
            SHEETS.blank: lambda row: (
                {at.RIGHT_UNIT: "Dinas Sosial"} if row["masalah"] == "tanpa unit" else {at.SKIP: "ya"}
            ),
            SHEETS.dates: lambda _: {at.RIGHT_DATE: "2024-02-03"},
        },
    )
    reading = _read(export, workbook)
    units = {row.complaint.reference_id: row.unit for row in reading.rows}
    assert units["1010"] == "Dinas Sosial"
    assert "1012" not in units
    assert next(row for row in reading.rows if row.complaint.reference_id == "1011").received_at.month == 2
    assert reading.corrected == {"units put right": 1, "dates put right": 1, "rows left out": 1}
    assert not _checked(export, workbook).blank.no_unit


def test_a_confirmed_spelling_joins_the_rows_and_goes_into_units_csv(tmp_path: Path) -> None:
    rows = _rows()
    rows[2][3], rows[5][3] = "DPU", "Dinas PU"
    export, workbook = _write(tmp_path / "a.csv", rows), tmp_path / "c.xlsx"
    write_check(workbook, _checked(export))
    fill_in(workbook, {SHEETS.label_variants: lambda _: {at.JOIN: "YA"}})
    reading = _read(export, workbook)
    assert {row.unit for row in reading.rows} == set(TOPICS)
    assert reading.corrected["unit spellings joined"] == 2
    units = tmp_path / "units.csv"
    units.write_text("name;id;catatan kami\nDinas Pekerjaan Umum;dinas-pu;tetap\n", encoding="utf-8-sig")
    written = add_spellings(units, read_corrections([workbook]).merges)
    assert (written.added, written.new_units) == (1, 0)
    assert {unit.name: unit.abbreviations for unit in read_units(units)} == {"Dinas Pekerjaan Umum": ("DPU",)}
    assert "tetap" in units.read_text(encoding="utf-8")


def test_new_units_and_formulas_in_names_survive_a_units_csv(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    merges = [Merge(Label.UNIT, "=cmd()", "Dinas Sosial"), Merge(Label.CATEGORY, "x", "y")]
    assert add_spellings(path, merges).new_units == 1
    assert read_units(path).find("=cmd()") == read_units(path).find("Dinas Sosial")
    assert add_spellings(path, merges).known == 1


def test_the_workbook_of_a_second_check_holds_what_was_mended_after_the_first(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][3], rows[2][3], rows[20][3] = "", "DPU", ""
    rows[12][3:5] = ["", ""]
    export, first, second = _write(tmp_path / "a.csv", rows), tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_check(first, _checked(export))
    answers: dict[str, dict[str, object]] = {"1010": {at.RIGHT_UNIT: "Dinas Sosial"}, "1012": {at.SKIP: "ya"}}
    fill_in(
        first,
        {
            SHEETS.blank: lambda row: answers.get(str(row[at.ID]), {}),
            SHEETS.label_variants: lambda _: {at.JOIN: "ya"},
        },
    )
    write_check(second, _checked(export, first))
    fill_in(second, {SHEETS.blank: lambda _: {at.RIGHT_UNIT: "Dinas Perhubungan"}})
    reading = _read(export, second)
    units = {row.complaint.reference_id: row.unit for row in reading.rows}
    assert (units["1010"], units["1020"], units["1002"]) == (
        "Dinas Sosial",
        "Dinas Perhubungan",
        "Dinas Pekerjaan Umum",
    )
    assert "1012" not in units


def test_corrections_of_another_export_are_refused_with_the_rows_that_differ(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][3] = ""
    export, workbook = _write(tmp_path / "a.csv", rows), tmp_path / "c.xlsx"
    write_check(workbook, _checked(export))
    fill_in(workbook, {SHEETS.blank: lambda _: {at.RIGHT_UNIT: "Dinas Sosial"}})
    _write(export, rows[1:])
    with pytest.raises(CorrectionsUnusable, match=r"row 12 of a\.csv, which holds something else now"):
        _read(export, workbook)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({at.SKIP: "mungkin"}, "neither ya nor tidak"),
        ({at.RIGHT_DATE: "besok"}, "is no date"),
        ({at.RIGHT_UNIT: "X", at.ROW: "dua"}, "was changed"),
    ],
)
def test_a_cell_that_cannot_be_understood_is_named(tmp_path: Path, cells: dict[str, object], message: str) -> None:
    rows = _rows()
    rows[10][3] = ""
    workbook = tmp_path / "c.xlsx"
    write_check(workbook, _checked(_write(tmp_path / "a.csv", rows)))
    fill_in(workbook, {SHEETS.blank: lambda _: cells})
    with pytest.raises(CorrectionsUnusable, match=message):
        read_corrections([workbook])


def test_a_workbook_that_is_no_check_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorrectionsUnusable, match="is no workbook of a check"):
        read_corrections([_write(tmp_path / "a.csv", _rows())])


@settings(max_examples=25)
@given(name=st.text(min_size=1, max_size=40).filter(str.strip))
def test_whatever_a_unit_is_called_the_page_escapes_it(name: str) -> None:
    rows = [
        LabelledComplaint(Complaint("teks", received_at=datetime(2024, 1, 1)), f"<script>{name}", "<b>K</b>")  # noqa: DTZ001
    ]
    findings = check(_reading_of(rows), Units([]), doubts=False)
    section = section_of(findings)
    assert "<script>" not in section
    assert "<b>K" not in section


@settings(max_examples=25)
@given(
    unit=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.strip).filter(bool)
)
@example(unit="Dinas A; Dinas B")
@example(unit="0|")
def test_whatever_a_person_writes_into_the_workbook_is_read_as_written(
    tmp_path_factory: pytest.TempPathFactory, unit: str
) -> None:
    folder = tmp_path_factory.mktemp("written")
    rows = _rows(3)
    rows[1][3] = ""
    export, workbook = _write(folder / "a.csv", rows), folder / "c.xlsx"
    write_check(workbook, _checked(export))
    fill_in(workbook, {SHEETS.blank: lambda _: {at.RIGHT_UNIT: unit}})
    assert _read(export, workbook).rows[1].unit == unit


def test_no_cell_of_the_workbook_is_taken_for_a_formula(tmp_path: Path) -> None:
    rows = _rows()
    rows[10][2:4] = ["=HYPERLINK(1) lampu", ""]
    write_check(tmp_path / "c.xlsx", _checked(_write(tmp_path / "a.csv", rows)))
    assert [row[at.TEXT] for row in cells_of(tmp_path / "c.xlsx", SHEETS.blank)] == ["'=HYPERLINK(1) lampu"]


def _reading_of(rows: list[LabelledComplaint]) -> Reading:
    return Reading(rows=rows)


def test_the_command_writes_page_and_workbook_and_trains_with_the_corrections(tmp_path: Path) -> None:
    rows = _rows(90)
    rows[2][3] = "DPU"
    export, home = _write(tmp_path / "a.csv", rows), tmp_path / "home"
    workbook, page = tmp_path / "c.xlsx", tmp_path / "c.html"
    common = [str(export), "--office", "uji", "--home", str(home)]
    runner = CliRunner()
    checked = runner.invoke(app, ["check", *common, "--out", str(workbook), "--html", str(page)])
    assert checked.exit_code == 0, checked.output
    assert "1  names that look like another spelling" in checked.output
    assert "Nama dengan ejaan berbeda" in page.read_text(encoding="utf-8")
    fill_in(workbook, {SHEETS.label_variants: lambda _: {at.JOIN: "ya"}})
    again = runner.invoke(app, ["check", *common, "--no-doubts", "--corrections", str(workbook), "--write-units"])
    assert again.exit_code == 0, again.output
    assert Office(home, "uji").units().find("DPU") == Office(home, "uji").units().find("Dinas Pekerjaan Umum")
    trained = runner.invoke(app, ["train", *common, "--corrections", str(workbook)])
    assert trained.exit_code == 0, trained.output
    assert "Corrected: 1 unit spellings joined" in trained.output


def test_a_page_not_named_html_is_refused_before_the_work(tmp_path: Path) -> None:
    arguments = ["check", "nothing.csv", "--office", "uji", "--home", str(tmp_path), "--html", "c.txt"]
    result = CliRunner().invoke(app, arguments)
    assert "name the file .html" in str(result.exception)
