"""The routes of the model in use: units, categories and model card."""

from typing import Any

from fastapi import APIRouter

from service.api.authentication import Authenticated
from service.api.etags import ETAG_RESPONSES, ETagRoute, IfNoneMatch
from service.contract.office_schemas import CategoriesOut, CategoryOut, UnitOut, UnitsOut
from service.dependencies import CurrentModel
from service.problems import documented

router = APIRouter(
    prefix="/v1",
    tags=["office"],
    route_class=ETagRoute,
    responses=documented(400, 401, 422, 429, 503) | ETAG_RESPONSES,
    dependencies=[Authenticated],
)


@router.get("/units")
def units(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> UnitsOut:
    """List the units that the model can suggest."""
    del if_none_match  # read by ETagRoute; declared here for the schema
    return UnitsOut(model=loaded.router.version, units=[UnitOut.model_validate(unit) for unit in loaded.router.units])


@router.get("/categories")
def categories(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> CategoriesOut:
    """List the office's categories, those closed or not yet valid too."""
    del if_none_match
    known = loaded.router.categories
    return CategoriesOut(
        model=loaded.router.version,
        categories=[CategoryOut.of(category, known.shown_name(category.id)) for category in known],
    )


@router.get("/model")
def model_card(loaded: CurrentModel, if_none_match: IfNoneMatch = None) -> dict[str, Any]:
    """The card of the model in use: data, split and all measured figures."""
    del if_none_match
    return loaded.card
