"""FastAPI's application with what every answer of ours has: its request's id, the seals, and both in the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from service.middleware.security import SealedAnswers
from service.observability.request_ids import HEADER, RequestIds

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_SENT_ID: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Your own name for this request: up to 64 letters, digits, dots, colons, - and _. Pilah makes one otherwise.",
    "schema": {"type": "string"},
}
_ANSWERED_ID: dict[str, Any] = {
    "description": "The request's id, yours or the one that Pilah made; its log names the request by it.",
    "schema": {"type": "string"},
}


class Application(FastAPI):
    """The application whose answers are sealed and named, also the one to a bug."""

    def build_middleware_stack(self) -> ASGIApp:
        # Around Starlette's own error answer too, which what is added by `add_middleware` is not.
        return RequestIds(SealedAnswers(super().build_middleware_stack()))

    def openapi(self) -> dict[str, Any]:
        """The schema, with what no single route says."""
        if self.openapi_schema is None:
            _add_request_ids(super().openapi())
        return super().openapi()


def _add_request_ids(schema: dict[str, Any]) -> None:
    components = schema["components"]
    components["parameters"] = {"RequestId": _SENT_ID}
    components["headers"] = {"RequestId": _ANSWERED_ID}
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/RequestId"})
            for answer in operation["responses"].values():
                answer.setdefault("headers", {})[HEADER] = {"$ref": "#/components/headers/RequestId"}
