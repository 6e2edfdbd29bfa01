"""Suggestions for complaints of which a unit or a category is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from model.complaint import Complaint
from model.history.rows import read_history
from model.office.units import Units
from model.suggestion import Given, NoticeCode, Status
from model.versions.office_home import Office

if TYPE_CHECKING:
    from pathlib import Path

    from model.router import Router

_POLICE = Complaint("laporan saya di polres belum ada kejelasan, penyidik tidak menjawab")


@pytest.fixture(scope="module")
def office(sample_home: Path) -> Office:
    return Office(sample_home, "kumham")


@pytest.fixture(scope="module")
def router(office: Office) -> Router:
    return office.load_champion()[0]


def test_a_known_unit_ranks_the_categories_anew(router: Router, office: Office) -> None:
    right = own = rows = 0
    for row in read_history(office.history_folder)[-150:]:
        unit, category = router.units.find(row.unit), router.categories.find(row.category)
        if unit is None or category is None or row.returned:
            continue
        given = router.suggest_given(row.complaint, [Given(unit_id=unit.id)], evidence=False)[0]
        assert [candidate.id for candidate in given.units] == [unit.id]
        right += given.categories[0].id == category.id
        own += router.suggest(row.complaint, evidence=False).categories[0].id == category.id
        rows += 1
    assert rows > 50
    assert right >= own


def test_different_units_have_different_categories(router: Router) -> None:
    ids = [unit.id for unit in router.suggest(_POLICE).units]
    suggested = router.suggest_given(_POLICE, [Given(unit_id=unit_id) for unit_id in (*ids, "komnas-ham")])
    assert len({tuple(category.id for category in each.categories) for each in suggested}) > 1
    assert all(len(each.categories) == 3 for each in suggested)


def test_a_known_category_ranks_the_units_anew(router: Router) -> None:
    every = [category.id for category in router.categories]
    suggested = router.suggest_given(_POLICE, [Given(category_id=each) for each in every], evidence=False)
    for category_id, each in zip(every, suggested, strict=True):
        assert [candidate.id for candidate in each.categories] == [category_id]
        assert each.categories[0].confidence == 1
        assert each.category_status is Status.CONFIDENT
    assert len({each.units[0].id for each in suggested}) > 1


def test_what_is_known_comes_alone_and_without_figures_measured_without_it(router: Router) -> None:
    given = Given(unit_id="komnas-ham", type="aspirasi", outcome="limpahkan")
    suggestion = router.suggest_given(_POLICE, [given])[0]
    assert [(unit.id, unit.confidence) for unit in suggestion.units] == [("komnas-ham", 1)]
    assert [kind.name for kind in suggestion.types] == ["aspirasi"]
    assert [outcome.name for outcome in suggestion.outcomes] == ["limpahkan"]
    assert (suggestion.track_record, suggestion.evidence, suggestion.rule) == (None, (), None)
    assert NoticeCode.PLACE_MISSING not in {notice.code for notice in suggestion.notices}
    assert "komnas-ham" not in {unit.id for unit in suggestion.copies}


def test_a_type_alone_changes_neither_units_nor_categories(router: Router) -> None:
    own, given = router.suggest(_POLICE), router.suggest_given(_POLICE, [Given(type="aspirasi")])[0]
    assert (given.units, given.categories, given.notices) == (own.units, own.categories, own.notices)


def test_a_new_unit_speaks_through_the_one_that_it_replaces(router: Router) -> None:
    first = router.units[router.suggest(_POLICE).units[0].id]
    closed = replace(first, valid_to=date(2020, 1, 1), replaced_by=("unit-baru",))
    successor = replace(first, id="unit-baru", name="Unit Baru", family="", abbreviations=())
    others = [unit for unit in router.units if unit.id != first.id]
    later = router.for_office(Units([*others, closed, successor]), router._rules)  # noqa: SLF001 - the same rules
    before = router.suggest_given(_POLICE, [Given(unit_id=first.id)])[0]
    after = later.suggest_given(_POLICE, [Given(unit_id="unit-baru")])[0]
    assert [category.id for category in after.categories] == [category.id for category in before.categories]
