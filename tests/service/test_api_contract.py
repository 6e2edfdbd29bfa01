"""The API's schema is committed, a change is announced in the changelog, and the schema only grows."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.service.api_contract import CURRENT, RELEASED, Schema, breaks, digest_of, schema_now, written
from tests.service.fuzz_api import described, excluded_checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schemathesis.schemas import BaseSchema

_CHANGELOG = CURRENT.parents[1] / "CHANGELOG.md"


@pytest.fixture(scope="module")
def now() -> Schema:
    return schema_now()


@pytest.fixture
def released() -> Schema:
    schema: Schema = json.loads(RELEASED.read_text(encoding="utf-8"))
    return schema


def test_the_committed_schema_is_the_one_that_is_served(now: Schema) -> None:
    assert CURRENT.read_text(encoding="utf-8") == written(now), "The schema changed. Run: make openapi"


def test_the_changelog_announces_the_schema(now: Schema) -> None:
    unreleased = _CHANGELOG.read_text(encoding="utf-8").split("\n## ")[1]
    line = next((line for line in unreleased.splitlines() if f"API schema `{digest_of(now)}`:" in line), None)
    assert line, f"CHANGELOG.md says under Unreleased nothing of API schema `{digest_of(now)}`. Run: make openapi"
    assert len(line.partition("`:")[2].split()) > 3, "Say what changed for callers."


def test_nothing_that_callers_rely_on_was_taken_away(now: Schema, released: Schema) -> None:
    assert breaks(released, now) == []


@pytest.mark.parametrize("name", ["DecisionIn", "ReturnIn"])
def test_generated_clients_send_every_field_of_a_decision_and_a_return(now: Schema, name: str) -> None:
    # openapi-generator and openapi-python-client drop the fields beside alternatives. That unknown fields are refused
    # is stricter than the released schema, on purpose: a mistyped field was stored as a decision for no unit.
    body = now["components"]["schemas"][name]
    assert body["type"] == "object"
    assert body["additionalProperties"] is False
    assert not {"anyOf", "oneOf", "allOf", "not", "$ref"} & body.keys()
    for field, schema in body["properties"].items():
        # A field has one type, or is nullable.
        types = {part["type"] for part in schema.get("anyOf", [schema])}
        assert len(types - {"null"}) == 1, field


def _in(schema: Schema, *path: str) -> Any:
    part = schema
    for step in path:
        part = part[step]
    return part


_SCHEMAS = ("components", "schemas")
_PREDICT = ("paths", "/v1/predictions", "post")
_BREAKS: dict[str, Callable[[Schema], Any]] = {
    "POST /v1/returns: gone": lambda schema: schema["paths"].pop("/v1/returns"),
    "POST /v1/predictions parameter store: gone": lambda schema: _in(schema, *_PREDICT)["parameters"].__delitem__(1),
    "POST /v1/predictions parameter evidence: newly required": lambda schema: _in(schema, *_PREDICT)["parameters"][
        0
    ].update(required=True),
    "POST /v1/predictions body.channel: gone": lambda schema: _in(schema, *_SCHEMAS, "ComplaintIn", "properties").pop(
        "channel"
    ),
    "POST /v1/predictions body.title: newly required": lambda schema: _in(schema, *_SCHEMAS, "ComplaintIn")[
        "required"
    ].append("title"),
    "POST /v1/predictions body.text: maxLength is smaller": lambda schema: _in(
        schema, *_SCHEMAS, "ComplaintIn", "properties", "text"
    ).update(maxLength=100),
    "POST /v1/predictions body.location.village: no longer string": lambda schema: _in(
        schema, *_SCHEMAS, "LocationIn", "properties", "village"
    ).update(anyOf=[{"type": "null"}]),
    "POST /v1/predictions 200.copies[].code: gone": lambda schema: _in(
        schema, *_SCHEMAS, "UnitCandidateOut", "properties"
    ).pop("code"),
    "POST /v1/predictions 200.copies[].code: no longer certain": lambda schema: _in(
        schema, *_SCHEMAS, "UnitCandidateOut", "required"
    ).remove("code"),
    "POST /v1/predictions 200.copies[].name: newly integer": lambda schema: _in(
        schema, *_SCHEMAS, "UnitCandidateOut", "properties", "name"
    ).update(type="integer"),
    "POST /v1/predictions 200.status: no longer 'unsure'": lambda schema: _in(
        schema, *_SCHEMAS, "Status", "enum"
    ).remove("unsure"),
    "POST /v1/predictions 429: gone": lambda schema: _in(schema, *_PREDICT, "responses").pop("429"),
    "POST /v1/predictions 429 header Retry-After: gone": lambda schema: _in(
        schema, *_PREDICT, "responses", "429", "headers"
    ).pop("Retry-After"),
}


@pytest.mark.parametrize("broken", list(_BREAKS))
def test_what_breaks_callers_is_found(released: Schema, broken: str) -> None:
    changed = copy.deepcopy(released)
    _BREAKS[broken](changed)
    assert broken in breaks(released, changed)


def test_what_only_grows_breaks_nobody(released: Schema) -> None:
    grown = copy.deepcopy(released)
    grown["paths"]["/v1/more"] = {}
    _in(grown, *_SCHEMAS, "Status", "enum").append("later")
    _in(grown, *_SCHEMAS, "UnitCandidateOut", "properties")["more"] = {"type": "string"}
    _in(grown, *_SCHEMAS, "ComplaintIn", "properties", "text").update(maxLength=10**6)
    assert breaks(released, grown) == []


@pytest.fixture
def described_api(sample_home: Path, tmp_path: Path) -> BaseSchema:
    return described(sample_home, f"sqlite:///{tmp_path / 'pilah.db'}")


@schemathesis.pytest.from_fixture("described_api").parametrize()
# The same cases each time; `make soak` looks for new ones.
@settings(max_examples=8, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_every_answer_is_one_that_the_schema_promises(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(excluded_checks=excluded_checks(case))
