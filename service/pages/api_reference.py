"""/docs: the API's schema as a page to read, without scripts and without the network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.pages.frame.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_PREFIX = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class _Field:
    """A field or a parameter; `refers_to` names the schemas that its type is made of."""

    name: str
    type: str
    required: bool
    description: str
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: str
    description: str
    refers_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    description: str
    parameters: tuple[_Field, ...]
    sends: tuple[str, ...]
    media_type: str
    example: str
    answers: tuple[_Answer, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """A schema by name: its fields, or the values that it is one of."""

    name: str
    description: str
    fields: tuple[_Field, ...]
    values: tuple[str, ...]


@router.get("/docs")
def reference(request: Request) -> HTMLResponse:
    """The reference of the API."""
    schema = request.app.openapi()
    components = schema["components"]
    operations = [
        _operation(method.upper(), path, operation, components)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    shapes = [_shape(name, shape) for name, shape in sorted(components["schemas"].items())]
    return render("reference.html", info=schema["info"], operations=operations, shapes=shapes)


def _operation(method: str, path: str, operation: dict[str, Any], components: dict[str, Any]) -> _Operation:
    contents = operation.get("requestBody", {}).get("content", {})
    media_type, content = next(iter(contents.items()), ("", {}))
    return _Operation(
        method=method,
        path=path,
        description=operation.get("description", ""),
        parameters=tuple(_parameter(entry, components) for entry in operation.get("parameters", ())),
        sends=_named(content),
        media_type=media_type,
        example=_example(content, components),
        answers=tuple(
            _Answer(status, answer["description"], _named(answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ),
    )


def _parameter(entry: dict[str, Any], components: dict[str, Any]) -> _Field:
    if "$ref" in entry:
        entry = components["parameters"][entry["$ref"].rpartition("/")[2]]
    return _Field(
        name=f"{entry['name']} ({entry['in']})",
        type=_type(entry["schema"]),
        required=entry["required"],
        description=entry.get("description", ""),
    )


def _shape(name: str, shape: dict[str, Any]) -> _Shape:
    required = shape.get("required", ())
    fields = tuple(
        _Field(field, _type(of), field in required, of.get("description", ""), _named(of))
        for field, of in shape.get("properties", {}).items()
    )
    return _Shape(name, shape.get("description", ""), fields, tuple(map(str, shape.get("enum", ()))))


def _type(of: dict[str, Any]) -> str:
    """A schema in a few words.

    >>> _type({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
    'string (date) or null'
    >>> _type({"type": "array", "items": {"$ref": "#/components/schemas/UnitOut"}})
    'list of UnitOut'
    """
    if "$ref" in of:
        return str(of["$ref"]).removeprefix(_PREFIX)
    if alternatives := of.get("anyOf"):
        return " or ".join(_type(alternative) for alternative in alternatives)
    if of.get("type") == "array":
        return f"list of {_type(of.get('items', {}))}"
    kind = str(of.get("type", "any"))
    limits = [of["format"]] if "format" in of else []
    limits += [f"at most {of['maxLength']:,} characters"] if "maxLength" in of else []
    return f"{kind} ({', '.join(limits)})" if limits else kind


def _named(part: object) -> tuple[str, ...]:
    """The schemas that something refers to, each once."""
    if isinstance(part, dict):
        own = [str(part["$ref"]).removeprefix(_PREFIX)] if "$ref" in part else []
        return tuple(dict.fromkeys([*own, *(name for value in part.values() for name in _named(value))]))
    if isinstance(part, list):
        return tuple(dict.fromkeys(name for value in part for name in _named(value)))
    return ()


def _example(content: dict[str, Any], components: dict[str, Any]) -> str:
    if "example" in content:
        return str(content["example"])
    names = _named(content)
    examples = components["schemas"][names[0]].get("examples", []) if names else []
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""
