"""Asks Pilah about one complaint, waits where Pilah says so, and records what was decided. Python's own library is enough.

Usage: PILAH_URL=http://127.0.0.1:8000 PILAH_KEY=... python predict.py REFERENCE TEXT
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

ATTEMPTS = 5


def ask(method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and answer; what Pilah asks to be sent again is sent again: the same complaint is never stored twice."""
    headers = {"Authorization": f"Bearer {os.environ['PILAH_KEY']}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
        os.environ["PILAH_URL"] + path, json.dumps(body).encode(), headers, method=method
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code not in {429, 503} or attempt == ATTEMPTS:
                return refused.code, json.load(refused)
            time.sleep(int(refused.headers["Retry-After"]))
    raise AssertionError


def main() -> None:
    """Ask, take the first unit as the officer's decision, and record it."""
    reference, text = sys.argv[1:]
    status, answer = ask("POST", "/v1/predictions?evidence=false", {"reference_id": reference, "text": text})
    if status != 200:  # noqa: PLR2004 - problem details
        sys.exit(f"error: {answer['title']}: {answer['detail']} (request {answer['request_id']})")
    unit = answer["units"][0]["id"]
    sys.stdout.write(f"suggested: {unit}\n")
    decision = {"suggestion_id": answer["suggestion_id"], "unit": unit, "officer": "p-01"}
    status, answer = ask("POST", "/v1/decisions", decision)
    if status == 409:  # noqa: PLR2004 - a decision stands already
        sys.stdout.write("decided by somebody else in the meantime\n")
    elif status != 201:  # noqa: PLR2004
        sys.exit(f"error: {answer['title']}: {answer['detail']} (request {answer['request_id']})")
    else:
        sys.stdout.write(f"verdict: {answer['verdict']}\n")


if __name__ == "__main__":
    main()
