from __future__ import annotations

from datetime import date

from model.office.categories import Categories, Category
from model.office.register_check import OF_CATEGORIES, OF_UNITS, find_disagreements
from model.office.units import Unit, Units

_TODAY = date(2026, 11, 26)
_A, _B = Unit("dishub", "Dinas Perhubungan"), Unit("dinsos", "Dinas Sosial")
_FROM_ROWS = Unit("kelurahan-x", "Kelurahan X")
_LEARNED = Units([_A, _B, _FROM_ROWS])
_THEN = ("dishub", "dinsos")


def test_the_same_file_a_new_name_a_new_unit_and_an_end_with_a_date_are_no_disagreement() -> None:
    now = Units(
        [
            Unit("dishub", "Dinas Perhubungan Kota", valid_to=date(2026, 1, 1), replaced_by=("trans",)),
            _B,
            Unit("trans", "Dinas Transportasi"),
        ]
    )
    assert find_disagreements(_LEARNED, _THEN, now, _TODAY, OF_UNITS) == ()


def test_a_unit_without_its_row_is_named_with_the_remedy() -> None:
    (sentence,) = find_disagreements(_LEARNED, _THEN, Units([_B]), _TODAY, OF_UNITS)
    assert "Dinas Perhubungan" in str(sentence)
    assert "valid_to" in str(sentence)


def test_a_unit_whose_id_changed_is_named_with_both_ids() -> None:
    (sentence,) = find_disagreements(_LEARNED, _THEN, Units([Unit("7001", "DINAS PERHUBUNGAN"), _B]), _TODAY, OF_UNITS)
    assert "(dishub → 7001)" in str(sentence)


def test_a_new_units_file_must_use_the_ids_of_the_model() -> None:
    assert find_disagreements(_LEARNED, (), Units([_FROM_ROWS]), _TODAY, OF_UNITS) == ()
    assert len(find_disagreements(_LEARNED, (), Units([Unit("kel-x", "Kelurahan X")]), _TODAY, OF_UNITS)) == 1


def test_units_from_rows_and_ended_units_need_no_row() -> None:
    ended = Units([Unit("lama", "Kantor Lama", valid_to=date(2025, 1, 1)), _B])
    assert find_disagreements(ended, ("lama", "dinsos"), Units([_B]), _TODAY, OF_UNITS) == ()
    assert find_disagreements(_LEARNED, _THEN, Units([_A, _B]), _TODAY, OF_UNITS) == ()


def test_an_empty_units_file_names_ten_of_many_units() -> None:
    learned = Units([Unit(f"u{n}", f"Unit {n}") for n in range(40)])
    (sentence,) = find_disagreements(learned, [unit.id for unit in learned], Units([]), _TODAY, OF_UNITS)
    assert "and 30 more" in str(sentence)


def test_categories_are_held_to_the_same_and_named_as_categories() -> None:
    learned = Categories([Category("lampu", "Lampu Jalan"), Category("parkir", "Parkir")])
    gone, changed = find_disagreements(
        learned, ("lampu", "parkir"), Categories([Category("77", "PARKIR")]), _TODAY, OF_CATEGORIES
    )
    assert "categories.csv" in str(gone)
    assert "Lampu Jalan" in str(gone)
    assert "(parkir → 77)" in str(changed)
