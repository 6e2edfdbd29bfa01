"""The least a FastAPI service can do: a `def` route that returns a constant, for Pilah's own to be compared with."""

from __future__ import annotations

import json
import os
from typing import Any

from fastapi import FastAPI

app = FastAPI()
_ANSWER: dict[str, Any] = json.loads(os.environ.get("CONSTANT_ANSWER", "{}"))


@app.post("/v1/predictions")
def constant() -> dict[str, Any]:
    """Always the same."""
    return _ANSWER
