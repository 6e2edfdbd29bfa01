"""The style sheet and the icon, served under an address that changes with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

_FOLDER = Path(__file__).parents[1] / "static"


class _LastingFiles(StaticFiles):
    """Files that a browser keeps for a year: a changed file has another address."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def files() -> StaticFiles:
    """The folder as an application to mount."""
    return _LastingFiles(directory=_FOLDER)


@cache
def address(name: str) -> str:
    """Where a file is served, with a mark of its content."""
    mark = hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
