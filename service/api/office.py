"""What the model in use knows: its units, its categories, and its card."""

from typing import Any

from fastapi import APIRouter

from service.api.authentication import Caller
from service.api.etags import TAGGED, IfNoneMatch, TaggedRoute
from service.contract.office_schemas import CategoriesOut, CategoryOut, UnitOut, UnitsOut
from service.dependencies import CurrentModel
from service.problems import documented

router = APIRouter(
    prefix="/v1",
    tags=["office"],
    route_class=TaggedRoute,
    responses=documented(400, 401, 422, 429, 503) | TAGGED,
    dependencies=[Caller],
)


@router.get("/units")
def units(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> UnitsOut:
    """The units that can be suggested."""
    del if_none_match  # the route looks at it; here it is documented
    return UnitsOut(model=loaded.router.version, units=[UnitOut.model_validate(unit) for unit in loaded.router.units])


@router.get("/categories")
def categories(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> CategoriesOut:
    """The categories that can be suggested."""
    del if_none_match
    labels = loaded.router.category_labels
    return CategoriesOut(
        model=loaded.router.version, categories=[CategoryOut.model_validate(label) for label in labels]
    )


@router.get("/model")
def model_card(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> dict[str, Any]:
    """The card of the model in use: its data, its split, and every figure that was measured."""
    del if_none_match
    return loaded.card
