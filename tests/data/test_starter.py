"""The starter examples name national categories, and each text stands once."""

from __future__ import annotations

from collections import Counter

import data
from model.complaint import Complaint, without_personal_data


def test_every_example_has_a_category_of_the_tree() -> None:
    tree = {category.id for category in data.category_tree()}
    assert {example.category for example in data.starter_examples()} <= tree


def test_every_category_has_five_texts_of_its_own() -> None:
    counts = Counter(example.category for example in data.starter_examples())
    assert min(counts.values()) >= 5
    assert len({example.text for example in data.starter_examples()}) == len(data.starter_examples())


def test_no_example_holds_personal_data() -> None:
    masked = [without_personal_data(Complaint(example.text)) for example in data.starter_examples()]
    assert [one.complaint.text for one in masked if one.masked_count] == []
