"""Render templates to HTML responses."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from service.pages.frame import indonesian, indonesian_training, static_files

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(
    template: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
) -> HTMLResponse:
    """A template as a response; every value is escaped."""
    defaults = {
        "user": None,
        "settings": None,
        "here": "",
        "undo_notice": None,
        "kept": None,
        "office_name": "",
        "keys_off": False,
    }
    return HTMLResponse(_templates().get_template(template).render(defaults | context), status, headers)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parents[1] / "templates"
    # An undefined name is a bug: a failing test is better than a gap in a page.
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "static": static_files.address,
        "indonesian": indonesian,
        "indonesian_training": indonesian_training,
    }
    return templates
