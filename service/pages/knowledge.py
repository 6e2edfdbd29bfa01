"""Model: which version answers, what it gets right, and where it is weak, in words."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from service.dependencies import CurrentModel
from service.pages import words
from service.pages.shown import shown
from service.pages.visitors import SignedIn

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_FEWEST_ROWS = 5
_WEAK_BELOW = 0.5
_WEAK_SHOWN = 12


@router.get("/model")
def model_page(request: Request, visitor: SignedIn, loaded: CurrentModel) -> HTMLResponse:
    card = loaded.card
    evaluation = card["evaluation"]
    return shown(
        request,
        visitor,
        "model.html",
        "model",
        version=loaded.router.version,
        since=words.day(datetime.fromisoformat(card["trained_at"])),
        card=card,
        parts=[
            (name, evaluation[key]) for name, key in (("Unit", "unit"), ("Kategori", "category")) if evaluation[key]
        ],
        weak=_weak(evaluation.get("per_unit") or []),
        promise=loaded.router.thresholds["unit"]["promise"] or 0.0,
        words=words,
    )


def _weak(per_unit: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The units that were often missed, those with the most rows first."""
    weak = [unit for unit in per_unit if unit["rows"] >= _FEWEST_ROWS and unit["recall"] < _WEAK_BELOW]
    return sorted(weak, key=lambda unit: -unit["rows"])[:_WEAK_SHOWN]
