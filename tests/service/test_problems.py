"""Errors become problem details with a status, a stable type and headers."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from data.errors import PilahError
from data.messages import Sentence
from model.errors import ArtifactError, ArtifactMissing
from service.errors import (
    AlreadyDecided,
    BodyTooLarge,
    EncodingUnknown,
    KeyMissing,
    LedgerUnavailable,
    LineTooLong,
    LineUnreadable,
    Overloaded,
    StorageFull,
    TextTooLong,
    TooManyRequests,
    UnitsDisagree,
    UnknownComplaint,
    UnknownHost,
    UnknownName,
)
from service.problems import headers_of, problem_of, problem_of_fields


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (ArtifactMissing("model.champion-locked", office="kumham", seconds=5), 503, "no_model"),
        (AlreadyDecided("ledger.already-decided"), 409, "conflict"),
        (BodyTooLarge(10), 413, "content_too_large"),
        (KeyMissing(), 401, "unauthorized"),
        (LedgerUnavailable(), 503, "ledger_unavailable"),
        (LineTooLong(1, 10), 413, "content_too_large"),
        (LineUnreadable(1), 400, "bad_request"),
        (Overloaded(), 503, "overloaded"),
        (StorageFull(), 503, "storage_full"),
        (TextTooLong(11, 10), 413, "text_too_long"),
        (UnitsDisagree([Sentence("service.bug")]), 503, "units_disagree"),
        (UnknownComplaint("ledger.unknown-complaint"), 404, "not_found"),
        (UnknownHost(), 400, "bad_request"),
        (UnknownName("unit", ["Dinas"]), 422, "unprocessable_content"),
        (PilahError("service.bug"), 500, "internal_error"),
    ],
)
def test_an_error_has_the_status_and_the_stable_type_of_its_class(error: PilahError, status: int, name: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.type) == (status, f"urn:pilah:problem:{name}")
    assert problem.detail == str(error)
    assert problem.detail != error.code


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (TooManyRequests(2, 40), 429, {"Retry-After": "40"}),
        (Overloaded(), 503, {"Retry-After": "2"}),
        (ArtifactError("model.champion-locked", office="kumham", seconds=5), 503, {"Retry-After": "30"}),
        (KeyMissing(), 401, {"WWW-Authenticate": "Bearer"}),
        (EncodingUnknown(), 415, {"Accept-Encoding": "gzip", "Connection": "close"}),
        (BodyTooLarge(10), 413, {"Connection": "close"}),
        (UnknownComplaint("ledger.unknown-complaint"), 404, {}),
    ],
)
def test_an_error_has_its_headers(error: PilahError, status: int, headers: dict[str, str]) -> None:
    assert problem_of(error).status == status
    assert headers_of(status, error) == headers


def test_a_validation_error_names_the_field_and_not_the_value() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, int]).validate_python({"place": "telepon 081234567890"})
    problem = problem_of_fields(caught.value.errors())
    assert problem.errors is not None
    assert [error.where for error in problem.errors] == ["place"]
    assert "081234567890" not in problem.model_dump_json()
