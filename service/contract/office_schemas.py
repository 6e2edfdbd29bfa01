"""Schemas of what the model in use knows (units, categories) and of health and readiness."""

from dataclasses import asdict
from datetime import date

from pydantic import BaseModel, ConfigDict

from model.office.categories import Category


class UnitOut(BaseModel):
    """A unit of the office, from units.csv and the history."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    code: str
    name: str
    abbreviations: list[str]
    family: str
    area_level: str
    area: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    replaced_by: list[str]
    description: str


class UnitsOut(BaseModel):
    """The units that the model in use can suggest."""

    model: str
    units: list[UnitOut]


class CategoryOut(BaseModel):
    """A category, from categories.csv and the history.

    `parent` is the category above, blank for a main category. `shown_name` is the name in suggestions: with the parent, or
    the id, where another category has the same name.
    """

    id: str
    name: str
    parent: str
    shown_name: str
    abbreviations: list[str]
    description: str
    valid_from: date | None
    valid_to: date | None
    replaced_by: list[str]

    @classmethod
    def of(cls, category: Category, shown_name: str) -> "CategoryOut":
        return cls.model_validate(asdict(category) | {"shown_name": shown_name})


class CategoriesOut(BaseModel):
    """The categories of the office and of the model in use."""

    model: str
    categories: list[CategoryOut]


class Health(BaseModel):
    """`ok` while this process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """`ready` while a model is loaded and its files match the manifest."""

    status: str = "ready"
    office: str
    model: str
