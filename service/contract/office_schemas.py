"""Schemas of what the model in use knows (units, categories) and of health and readiness."""

from datetime import date

from pydantic import BaseModel, ConfigDict


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
    """A category; `parent` is the category above, blank for a main category."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    parent: str


class CategoriesOut(BaseModel):
    """The categories that the model in use can suggest."""

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
