"""An office's first day: a version from units and categories alone, then from the first decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from model.complaint import Complaint
from model.errors import PilahError
from model.suggestion import NoticeCode, Status
from model.versions.office_home import Office
from pilah import app
from training.errors import HistoryUnusable
from training.fitting.starter import StarterExamples, common_texts
from training.starting import NATIONAL, copy_categories, copy_units, start_office

if TYPE_CHECKING:
    from pathlib import Path

UNITS = """id,name,abbreviations,description
dpu,Dinas Pekerjaan Umum,pu,"Jalan rusak, jembatan, drainase, banjir"
dinkes,Dinas Kesehatan,,"Puskesmas, imunisasi, demam berdarah, bidan"
dispendik,Dinas Pendidikan,,"Sekolah, guru, ijazah, penerimaan siswa baru"
"""


@pytest.fixture
def units_file(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(UNITS, encoding="utf-8")
    return path


def test_units_are_suggested_by_their_descriptions_and_never_confident(tmp_path: Path, units_file: Path) -> None:
    office = Office(tmp_path / "home", "kabupaten")
    copy_units(office, units_file)
    copy_categories(office, NATIONAL)
    start_office(office)
    router, card = office.load_champion()
    suggestion = router.suggest(Complaint("Jembatan di desa kami putus dan jalan rusak parah sejak banjir kemarin."))
    assert suggestion.units[0].id == "dpu"
    assert suggestion.categories
    assert suggestion.status is not Status.CONFIDENT
    assert [notice.code for notice in suggestion.notices] == [NoticeCode.NOTHING_LEARNED]
    assert card["data"]["rows"] == 0
    assert card["split"]["kind"] == "not measured"


def test_an_office_with_categories_alone_starts_too(tmp_path: Path) -> None:
    office = Office(tmp_path, "kabupaten")
    copy_categories(office, NATIONAL)
    start_office(office)
    suggestion = office.load_champion()[0].suggest(Complaint("Lampu penerangan jalan umum mati sudah tiga bulan."))
    assert suggestion.units == ()
    assert NoticeCode.NOTHING_LEARNED in {notice.code for notice in suggestion.notices}
    assert suggestion.categories


def test_an_office_without_any_list_is_told_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnusable, match="neither units nor categories"):
        start_office(Office(tmp_path, "kabupaten"))


def test_an_edited_file_is_never_replaced(tmp_path: Path, units_file: Path) -> None:
    office = Office(tmp_path / "home", "kabupaten")
    copy_units(office, units_file)
    copy_units(office, units_file)
    units_file.write_text(UNITS + "dishub,Dinas Perhubungan,,Parkir\n", encoding="utf-8")
    with pytest.raises(PilahError, match="was not replaced"):
        copy_units(office, units_file)


def test_the_command_makes_one_version_and_refuses_a_second(tmp_path: Path, units_file: Path) -> None:
    options = ["start", "--office", "kabupaten", "--home", str(tmp_path / "home")]
    first = CliRunner().invoke(app, [*options, "--units", str(units_file), "--categories", "national"])
    assert first.exit_code == 0, first.output
    assert "3 unit(s)" in first.output
    assert len(Office(tmp_path / "home", "kabupaten").versions()) == 1
    second = CliRunner().invoke(app, options)
    assert second.exit_code != 0


def test_starter_examples_fade_with_the_offices_own_rows() -> None:
    categories = {"pekerjaan-umum-dan-penataan-ruang/infrastruktur-jalan/jembatan"}
    first, later = StarterExamples.of(categories, 0), StarterExamples.of(categories, 250)
    assert len(first.documents) == len(later.documents) == 5
    assert first.weights[0] > later.weights[0] > 0
    assert not StarterExamples.of(categories, 500).documents
    assert not StarterExamples.of({"jalan-kampung"}, 0).documents


def test_common_words_are_known_from_the_starter_while_rows_are_few() -> None:
    assert common_texts(0)
    assert not common_texts(1_000)
