"""Units renamed, merged, split, closed and new: history is read through units.csv, with and without a new training."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from data.messages import Language, Sentence
from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from model.office.units import Unit, Units
from model.suggestion import NoticeCode, Status
from model.versions.office_home import Office
from tests.training.histories import train_csv, write_history_csv
from training.evaluation.predictions import decided_unit, predict

if TYPE_CHECKING:
    from pathlib import Path

    from model.router import Router
    from model.suggestion import Suggestion

# The histories run from 1 January 2024, a complaint a day; the reorganisation is later than all of them.
_DAYS = 150
_BEFORE, _LAST_DAY, _AFTER = date(2024, 4, 1), "2025-06-30", date(2025, 7, 1)
_LAMP, _WASTE, _AID = (
    Complaint(text)
    for text in ("lampu jalan padam gelap", "sampah bau menumpuk di got", "bantuan sosial belum diterima keluarga")
)
_HEADER = "id,name,abbreviations,valid_from,valid_to,replaced_by,description\n"
_SOCIAL = "dinas-sosial,Dinas Sosial,,,,,\n"
_WASTE_UNIT = "dinas-lingkungan-hidup,Dinas Lingkungan Hidup,,,,,\n"
_LAMP_UNIT = "dinas-perhubungan,Dinas Perhubungan,,,,,\n"
_MERGED = (
    f"{_HEADER}dinas-perhubungan,Dinas Perhubungan,,,{_LAST_DAY},dinas-kota,\n"
    f"dinas-lingkungan-hidup,Dinas Lingkungan Hidup,,,{_LAST_DAY},dinas-kota,\n"
    f"dinas-kota,Dinas Kota,,2025-07-01,,,\n{_SOCIAL}"
)
_SPLIT = (
    f"{_HEADER}dinas-perhubungan,Dinas Perhubungan,,,{_LAST_DAY},dinas-lampu;dinas-trotoar,\n"
    "dinas-trotoar,Dinas Jalan,,2025-07-01,,,trotoar tiang\n"
    f"dinas-lampu,Dinas Penerangan,,2025-07-01,,,lampu padam gelap\n{_WASTE_UNIT}{_SOCIAL}"
)


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office without a units.csv, trained on three units."""
    home = tmp_path_factory.mktemp("reorganisation")
    train_csv(Office(home, "uji"), write_history_csv(home / "rows.csv", _DAYS))
    return home


@pytest.fixture
def office(trained_home: Path, tmp_path: Path) -> Office:
    """A copy, to be reorganised."""
    shutil.copytree(trained_home, tmp_path / "home")
    place = Office(tmp_path / "home", "uji")
    place.own_folder.mkdir(parents=True)
    return place


def _reorganise(office: Office, units: str, *, train_again: bool) -> Router:
    (office.own_folder / "units.csv").write_text(units, encoding="utf-8")
    version = office.champion() or ""
    if train_again:
        version = train_csv(office, write_history_csv(office.home / "rows.csv", _DAYS)).version
    return office.load_version(version)[0]


def _names(suggestion: Suggestion) -> list[str]:
    return [unit.name for unit in suggestion.units]


@pytest.mark.parametrize("train_again", [False, True])
def test_a_renamed_unit_keeps_its_history(office: Office, train_again: bool) -> None:  # noqa: FBT001
    renamed = f"{_HEADER}dinas-perhubungan,Dinas Mobilitas,Dinas Perhubungan,,,,\n{_WASTE_UNIT}{_SOCIAL}"
    router = _reorganise(office, renamed, train_again=train_again)
    suggestion = router.suggest(_LAMP, today=_AFTER)
    assert _names(suggestion)[0] == "Dinas Mobilitas"
    assert "Dinas Perhubungan" not in _names(suggestion)


@pytest.mark.parametrize("train_again", [False, True])
def test_of_merged_units_each_has_its_own_before_and_the_new_one_has_both_after(
    office: Office,
    train_again: bool,  # noqa: FBT001
) -> None:
    router = _reorganise(office, _MERGED, train_again=train_again)
    for complaint, before in ((_LAMP, "Dinas Perhubungan"), (_WASTE, "Dinas Lingkungan Hidup")):
        after = router.suggest(complaint, today=_AFTER)
        assert _names(router.suggest(complaint, today=_BEFORE))[0] == before
        assert _names(after)[0] == "Dinas Kota"
        assert before not in _names(after)
        (retired,) = [notice for notice in after.notices if notice.code is NoticeCode.UNIT_RETIRED]
        assert isinstance(retired.detail, Sentence)
        assert "berakhir 30 Juni 2025" in retired.detail.told_in(Language.INDONESIAN)


@pytest.mark.parametrize("train_again", [False, True])
def test_of_a_split_unit_each_part_is_suggested_by_its_description_before_it_has_rows(
    office: Office,
    train_again: bool,  # noqa: FBT001
) -> None:
    router = _reorganise(office, _SPLIT, train_again=train_again)
    lamp = _names(router.suggest(_LAMP, today=_AFTER))
    pavement = _names(router.suggest(Complaint("trotoar dan tiang rusak di jalan"), today=_AFTER))
    assert lamp[0] == "Dinas Penerangan"
    assert pavement[0] == "Dinas Jalan"
    assert "Dinas Perhubungan" not in lamp + pavement
    assert _names(router.suggest(_LAMP, today=_BEFORE))[0] == "Dinas Perhubungan"


@pytest.mark.parametrize("train_again", [False, True])
def test_a_closed_unit_without_a_successor_is_never_suggested_after_its_end(
    office: Office,
    train_again: bool,  # noqa: FBT001
) -> None:
    closed = f"{_HEADER}dinas-perhubungan,Dinas Perhubungan,,,{_LAST_DAY},,\n{_WASTE_UNIT}{_SOCIAL}"
    router = _reorganise(office, closed, train_again=train_again)
    for text in (_LAMP, _WASTE, _AID, Complaint("halo"), Complaint("yth dinas perhubungan mohon lampu jalan")):
        suggestion = router.suggest(text, today=_AFTER)
        assert "Dinas Perhubungan" not in _names(suggestion)
        assert len(suggestion.units) == 2
    assert _names(router.suggest(_LAMP, today=date(2025, 6, 30)))[0] == "Dinas Perhubungan"


@pytest.mark.parametrize("train_again", [False, True])
def test_a_new_unit_is_suggested_by_its_description_before_it_has_a_row_and_never_as_certain(
    office: Office,
    train_again: bool,  # noqa: FBT001
) -> None:
    new = f"{_HEADER}{_LAMP_UNIT}{_WASTE_UNIT}{_SOCIAL}dinas-lansia,Dinas Lansia,,2025-07-01,,,lansia keluarga kartu\n"
    router = _reorganise(office, new, train_again=train_again)
    complaint = Complaint("kartu lansia untuk keluarga")
    suggestion = router.suggest(complaint, today=_AFTER)
    assert "Dinas Lansia" in _names(suggestion)[:2]
    assert "Dinas Lansia" not in _names(router.suggest(complaint, today=_BEFORE))
    assert sum(unit.confidence for unit in suggestion.units) <= 1 + 1e-9
    if _names(suggestion)[0] == "Dinas Lansia":
        assert suggestion.unit_status is not Status.CONFIDENT
        assert NoticeCode.FEW_EXAMPLES in {notice.code for notice in suggestion.notices}
    # Who was right before still is.
    assert _names(router.suggest(_LAMP, today=_AFTER))[0] == "Dinas Perhubungan"


def test_a_new_unit_is_suggested_by_a_rule_from_its_first_day_on(office: Office) -> None:
    office.rules_file.write_text("words,action,unit,reason\nkebakaran,pin,dinas-damkar,unit baru\n", encoding="utf-8")
    new = f"{_HEADER}{_LAMP_UNIT}{_WASTE_UNIT}{_SOCIAL}dinas-damkar,Dinas Damkar,,2025-07-01,,,\n"
    router = _reorganise(office, new, train_again=False)
    fire = Complaint("kebakaran di gang sempit")
    assert _names(router.suggest(fire, today=_AFTER))[0] == "Dinas Damkar"
    assert "Dinas Damkar" not in _names(router.suggest(fire, today=date(2025, 6, 30)))


def test_rows_that_name_a_unit_after_its_end_are_right_where_its_successor_was_suggested(office: Office) -> None:
    router = _reorganise(office, _MERGED, train_again=False)
    row = _row(_LAMP, "Dinas Perhubungan")
    assert decided_unit(router, row) == "dinas-kota"
    assert predict(router, [row]).by_row[0].unit is not None
    assert predict(router, [row]).by_row[0].unit.first_right  # type: ignore[union-attr]


def test_a_unit_that_gets_copies_is_named_as_it_stands_today(office: Office) -> None:
    router = _reorganise(office, _MERGED, train_again=False)
    router._copies._rows_of_unit["dinas-sosial"] = 10  # noqa: SLF001 - this history has no copies
    router._copies._copied["dinas-sosial"].update({"dinas-perhubungan": 6, "dinas-lingkungan-hidup": 5})  # noqa: SLF001
    assert [unit.name for unit in router.suggest(_AID, today=_AFTER).copies] == ["Dinas Kota"]
    assert len(router.suggest(_AID, today=_BEFORE).copies) == 2


def test_units_that_nothing_stands_for_are_counted_by_the_day() -> None:
    units = Units([Unit("a", "A", valid_to=date(2025, 1, 1)), Unit("b", "B"), Unit("c", "C", valid_from=_AFTER)])
    assert [units.count_closed(day) for day in (date(2024, 1, 1), date(2025, 1, 2), _AFTER)] == [1, 2, 1]


def _row(complaint: Complaint, unit: str) -> LabelledComplaint:
    return LabelledComplaint(replace(complaint, received_at=datetime(2025, 7, 3)), unit, "")  # noqa: DTZ001
