"""Ids and parents of an office's categories."""

from __future__ import annotations

import data
from model.office.categories import label_categories


def test_a_category_of_the_national_tree_keeps_id_and_parent() -> None:
    known = next(category for category in data.category_tree() if category.parent)
    label = label_categories([known.name.upper()])[known.name.upper()]
    assert (label.id, label.parent) == (known.id, known.parent)


def test_other_categories_get_a_slug_and_a_number_where_it_is_taken() -> None:
    labels = label_categories(["Arsip/Kota!", "arsip kota", "???"])
    assert sorted(label.id for label in labels.values()) == ["arsip-kota", "arsip-kota-2", "kategori"]
    assert {label.parent for label in labels.values()} == {""}


def test_ids_do_not_depend_on_the_order_of_the_rows() -> None:
    names = ["Arsip Kota", "arsip kota", "Parkir"]
    assert label_categories(names) == label_categories(names[::-1])
