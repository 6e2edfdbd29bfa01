"""Reference data, and the readers and writers of all files that an office hands over."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

__all__ = [
    "Category",
    "Region",
    "StarterExample",
    "category_tree",
    "colloquial",
    "function_words",
    "regions",
    "sample_office",
    "starter_examples",
    "stem_exceptions",
]


@dataclass(frozen=True)
class Category:
    """A node of SP4N-LAPOR!'s category tree; `parent` is the id above, empty for the 38 main categories."""

    id: str
    name: str
    parent: str


@dataclass(frozen=True)
class Region:
    """A province or a kabupaten/kota with official code and common short forms."""

    code: str
    level: str
    name: str
    parent: str
    short_forms: tuple[str, ...]


@dataclass(frozen=True)
class StarterExample:
    """An invented complaint about a category of SP4N-LAPOR!'s tree, by the category's id."""

    category: str
    text: str


def _rows(name: str, folder: str = "reference") -> Iterator[dict[str, str]]:
    with resources.files(__name__).joinpath(folder, name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


@cache
def category_tree() -> tuple[Category, ...]:
    """The category tree of SP4N-LAPOR!, in the order of first occurrence."""
    return tuple(Category(row["id"], row["name"], row["parent"]) for row in _rows("categories.csv"))


@cache
def starter_examples() -> tuple[StarterExample, ...]:
    """Invented complaints, five for each of the 205 categories used most, which teach an office's first model."""
    return tuple(StarterExample(row["category"], row["text"]) for row in _rows("complaints.csv", "starter"))


@cache
def regions() -> tuple[Region, ...]:
    """The 38 provinces and 514 kabupaten/kota."""
    return tuple(
        Region(
            row["code"], row["level"], row["name"], row["parent"], tuple(filter(None, row["short_forms"].split(";")))
        )
        for row in _rows("regions.csv")
    )


@cache
def colloquial() -> Mapping[str, tuple[str, ...]]:
    """Colloquial word in lower case → standard words."""
    return {row["written"]: tuple(row["standard"].split()) for row in _rows("colloquial.csv")}


@cache
def function_words() -> frozenset[str]:
    """Words without a topic, candidates for stop words; negations are excluded."""
    return frozenset(row["word"] for row in _rows("function_words.csv"))


@cache
def stem_exceptions() -> Mapping[str, str]:
    """Word → stem, for words that the stemmer gets wrong."""
    return {row["word"]: row["stem"] for row in _rows("stem_exceptions.csv")}


def sample_office(name: str) -> Traversable:
    """The folder of a sample office: complaints.csv, units.csv and categories.csv."""
    return resources.files(__name__).joinpath("offices", name)
