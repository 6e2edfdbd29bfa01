"""Sends the API valid and invalid requests, and checks every answer against the schema.

Usage: python -m tests.service.fuzz_api --cases 10000
"""

from __future__ import annotations

import argparse
import operator
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from pydantic import SecretStr
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.transport.asgi import ASGI_TRANSPORT
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from service.app import create_app
from service.ledger.access.accounts import open_accounts
from service.settings import Settings

if TYPE_CHECKING:
    from schemathesis.schemas import BaseSchema

_LINES = "application/x-ndjson"
_MOST_OF_ONE_ROUND = 500


def json_lines_as_text(_context: Any, value: Any) -> dict[str, Any]:
    """Send JSON Lines as plain text, since schemathesis has no serializer for JSON Lines."""
    return {"data": str(value).encode("utf-8", "replace"), "headers": {"Content-Type": _LINES}}


for transport in (ASGI_TRANSPORT, REQUESTS_TRANSPORT):
    transport.serializer(_LINES)(json_lines_as_text)


def described(home: Path, database_url: str) -> BaseSchema:
    """Load the service's schema; every case has a valid key, except the cases that test authentication."""
    settings = Settings(
        home=home,
        database_url=SecretStr(database_url),
        requests_per_minute=10_000_000,
        allowed_hosts=("testserver",),  # the host name of schemathesis' requests
    )
    app = create_app(settings)
    with open_accounts(app.state.database) as accounts:
        key: str = accounts.add_key("schemathesis", "test")
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)

    class Key:
        def get(self, _case: object, _context: object) -> str:
            return key

        def set(self, case: Any, data: str, _context: object) -> None:
            case.headers = {**case.headers, "Authorization": f"Bearer {data}"}

    schema.auth()(Key)
    return schema


def excluded_checks(case: schemathesis.Case[Any]) -> list[Any]:
    """The checks that don't apply to an operation, because the schema can't express its rules."""
    if case.operation.path.endswith("/stream"):
        # Any bytes are a stream: the fault of a line is answered at its place within a 200.
        return [negative_data_rejection]
    if case.operation.path == "/v1/decisions":
        # Units and categories are the office's own: an unknown name is answered 422.
        return [positive_data_acceptance]
    if case.operation.path == "/v1/predictions":
        # An invented name may be the Indonesian name of a field, such as "kecamatan", and must have that field's type.
        return [positive_data_acceptance]
    if case.operation.path == "/v1/returns":
        # The reason is required, but the schema of /v1 only grows: it can't say so.
        return [positive_data_acceptance]
    return []


def run(home: Path, cases: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Send at least `cases` requests; return the number of answers by status, and the faults of answers."""
    schema = described(home, f"sqlite:///{home / 'fuzzed.db'}")
    answered: Counter[str] = Counter()
    faults: list[str] = []
    while answered.total() < cases and not faults:
        for operation in map(operator.methodcaller("ok"), schema.get_all_operations()):
            seed += 1
            _send_round(operation, seed, answered, faults)
    return answered, faults


def _send_round(operation: Any, seed: int, answered: Counter[str], faults: list[str]) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=_MOST_OF_ONE_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def send(case: Any) -> None:
        answer = case.call()
        answered[str(answer.status_code)] += 1
        case.validate_response(answer, excluded_checks=excluded_checks(case))

    try:
        send()
    # schemathesis raises its findings as a group, which isn't an Exception.
    except (Exception, BaseExceptionGroup) as fault:  # noqa: BLE001 - any fault is a finding
        faults.append(f"{operation.label}: {fault}")


def main() -> None:
    """Train the sample office, send the cases, print the results; exit 1 after a wrong answer."""
    from model.versions.office_home import Office  # noqa: PLC0415 - the tests that import this file have their own office
    from training.sample_office import train_sample  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        train_sample(Office(Path(folder), "kumham"))
        started = time.monotonic()
        answered, faults = run(Path(folder), asked.cases, asked.seed)
    failed = sum(count for status, count in answered.items() if status.startswith("5"))
    sys.stdout.write(
        f"{answered.total()} cases in {time.monotonic() - started:.0f} s: {failed} answered 5xx, {len(faults)} faults; by "
        f"status {dict(sorted(answered.items()))}\n"
    )
    sys.exit("\n\n".join(faults) or bool(failed))


if __name__ == "__main__":
    main()
