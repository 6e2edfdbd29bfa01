"""The committed schemas of the API: docs/openapi.json is the current schema, docs/openapi-released.json the released one.

Usage: python -m tests.service.api_contract [--release]

Writes the current schema, with --release also the released schema, and prints the line that CHANGELOG.md needs.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from service.app import create_app
from service.settings import Settings

Schema = dict[str, Any]

_DOCS = Path(__file__).parents[2] / "docs"
CURRENT = _DOCS / "openapi.json"
RELEASED = _DOCS / "openapi-released.json"
_SMALLEST = ("minLength", "minimum", "minItems")
_LARGEST = ("maxLength", "maximum", "maxItems")
# Accepted as ever, as tests/service/contract/ holds, but no longer in the schema: generated clients made a class of it.
_STILL_ACCEPTED = {"seconds": {"null"}, "reference_id": {"integer"}}


def schema_now() -> Schema:
    """The schema of this code."""
    with tempfile.TemporaryDirectory() as home:
        app = create_app(Settings(home=Path(home)))
        schema: Schema = json.loads(json.dumps(app.openapi()))
        app.state.database.engine.dispose()
    return schema


def written(schema: Schema) -> str:
    """The text of a schema's file."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def digest_of(schema: Schema) -> str:
    """The digest that names a schema in CHANGELOG.md."""
    return hashlib.sha256(written(schema).encode()).hexdigest()[:10]


def breaks(old: Schema, new: Schema) -> list[str]:
    """The changes from `old` to `new` that break a caller of `old`."""
    return [
        f"{method.upper()} {path}{fault}"
        for path, operations in old["paths"].items()
        if path.startswith("/v1/")
        for method, operation in operations.items()
        for fault in _Comparison(old, new).operation(operation, new["paths"].get(path, {}).get(method))
    ]


class _Comparison:
    """Compares the parts of one operation; recursive schemas are compared once."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, bool]] = set()

    def operation(self, old: Schema, new: Schema | None) -> list[str]:
        if new is None:
            return [": gone"]
        faults = self._parameters(old.get("parameters", []), new.get("parameters", []))
        faults += self._contents(" body", old.get("requestBody", {}), new.get("requestBody", {}), sent=True)
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get("required"):
            faults.append(" body: newly required")
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                faults.append(f" {status}: gone")
                continue
            faults += self._contents(f" {status}", answer, new["responses"][status], sent=False)
        return faults

    def _parameters(self, old: list[Schema], new: list[Schema]) -> list[str]:
        before = {(entry["in"], entry["name"]): entry for entry in map(self._resolved_old, old)}
        after = {(entry["in"], entry["name"]): entry for entry in map(self._resolved_new, new)}
        faults = [f" parameter {name}: gone" for where, name in before.keys() - after.keys()]
        for key, entry in after.items():
            name = f" parameter {key[1]}"
            if entry.get("required") and not before.get(key, {}).get("required"):
                faults.append(f"{name}: newly required")
            if key in before:
                faults += self._shape(name, before[key]["schema"], entry["schema"], sent=True)
        return faults

    def _contents(self, where: str, old: Schema, new: Schema, *, sent: bool) -> list[str]:
        headers = old.get("headers", {}).keys() - new.get("headers", {}).keys()
        faults = [f"{where} header {header}: gone" for header in headers]
        for media_type, content in old.get("content", {}).items():
            after = new.get("content", {}).get(media_type)
            if after is None:
                faults.append(f"{where} {media_type}: gone")
            else:
                faults += self._shape(where, content.get("schema", {}), after.get("schema", {}), sent=sent)
        return faults

    def _shape(self, where: str, old: Schema, new: Schema, *, sent: bool) -> list[str]:
        key = (json.dumps(old), json.dumps(new), sent)
        if key in self._seen:
            return []
        self._seen.add(key)
        old, new = self._resolved_old(old), self._resolved_new(new)
        faults = [f"{where}: no longer {value!r}" for value in _missing(old, new, "enum")]
        accepted = _types(new) | _STILL_ACCEPTED.get(where.rpartition(".")[2], set())
        faults += [f"{where}: no longer {kind}" for kind in (_types(old) - accepted if sent else set())]
        faults += [f"{where}: newly {kind}" for kind in (_types(new) - _types(old) if not sent else set())]
        # A choice that became one of its types keeps the limits of that type.
        same = next((part for part in _alternatives_of(old) if _name(part) == _name(new)), old)
        faults += _tightened(where, same, new) if sent else []
        required, before = set(new.get("required", ())), set(old.get("required", ()))
        faults += [f"{where}.{name}: newly required" for name in sorted(required - before) if sent]
        faults += [f"{where}.{name}: no longer certain" for name in sorted(before - required) if not sent]
        for name, field in old.get("properties", {}).items():
            after = new.get("properties", {}).get(name)
            faults += (
                [f"{where}.{name}: gone"] if after is None else self._shape(f"{where}.{name}", field, after, sent=sent)
            )
        if "items" in old and "items" in new:
            faults += self._shape(f"{where}[]", old["items"], new["items"], sent=sent)
        return faults + self._alternatives(where, old, new, sent=sent)

    def _alternatives(self, where: str, old: Schema, new: Schema, *, sent: bool) -> list[str]:
        after = {_name(alternative): alternative for alternative in _alternatives_of(new) or [new]}
        return [
            fault
            for alternative in _alternatives_of(old)
            if _name(alternative) in after
            for fault in self._shape(where, alternative, after[_name(alternative)], sent=sent)
        ]

    def _resolved_old(self, part: Schema) -> Schema:
        return _resolved(self._old, part)

    def _resolved_new(self, part: Schema) -> Schema:
        return _resolved(self._new, part)


def _resolved(schema: Schema, part: Schema) -> Schema:
    while "$ref" in part:
        found: Any = schema
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def _alternatives_of(part: Schema) -> list[Schema]:
    alternatives: list[Schema] = part.get("anyOf", []) + part.get("oneOf", [])
    return alternatives


def _name(part: Schema) -> str:
    """The identity of an alternative in both schemas."""
    return str(part.get("$ref") or part.get("type") or json.dumps(part))


def _types(part: Schema) -> set[str]:
    """The allowed types of a value; empty for a schema without types."""
    if "type" in part:
        return {str(part["type"])}
    alternatives = _alternatives_of(part)
    # An alternative without a type allows every value, so that the union restricts nothing.
    silent = any("$ref" not in alternative and "type" not in alternative for alternative in alternatives)
    return set() if silent else {_name(alternative) for alternative in alternatives}


def _missing(old: Schema, new: Schema, key: str) -> list[Any]:
    return [value for value in old.get(key, ()) if value not in new.get(key, ())]


def _tightened(where: str, old: Schema, new: Schema) -> list[str]:
    faults = [
        f"{where}: {key} is smaller" for key in _LARGEST if new.get(key, float("inf")) < old.get(key, float("inf"))
    ]
    faults += [
        f"{where}: {key} is larger" for key in _SMALLEST if new.get(key, float("-inf")) > old.get(key, float("-inf"))
    ]
    if _searched(new) != _searched(old) and "pattern" in new:
        faults.append(f"{where}: another pattern")
    return faults


def _searched(part: Schema) -> str:
    """The pattern, as searched anywhere in a text; a pattern that skips anything from the start means the same."""
    return str(part.get("pattern", "")).removeprefix(r"^[\s\S]*")


def main() -> None:
    """Write the current schema, and print the remaining steps."""
    schema = schema_now()
    CURRENT.write_text(written(schema), encoding="utf-8")
    if "--release" in sys.argv[1:]:
        RELEASED.write_text(written(schema), encoding="utf-8")
    sys.stdout.write(
        f"{CURRENT.name} written. CHANGELOG.md must say under Unreleased what changed for callers, on a line that names "
        f"this schema:\n- API schema `{digest_of(schema)}`: ...\n"
    )
    if RELEASED.exists():
        sys.stdout.writelines(
            f"This breaks callers: {fault}\n" for fault in breaks(json.loads(RELEASED.read_text("utf-8")), schema)
        )


if __name__ == "__main__":
    main()
