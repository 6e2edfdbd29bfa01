"""Serve static files under addresses that change with their content."""

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


class _CachedFiles(StaticFiles):
    """Files with a cache lifetime of a year: a change gives a file a new address."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def files() -> StaticFiles:
    """The folder of static files as an application to mount."""
    return _CachedFiles(directory=_FOLDER)


@cache
def address(name: str) -> str:
    """The address of a file with a digest of the content."""
    digest = hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
