"""Uses the generated Python client for all that an intake system does, and prints the answers as JSON. Pilah's tests run it.

Usage: PYTHONPATH=GENERATED python intake.py ADDRESS KEY
"""

import json
import sys
from typing import Any

from pilah_client import (
    ApiClient,
    ApiException,
    BatchIn,
    ComplaintIn,
    Configuration,
    DecisionIn,
    DecisionsApi,
    PredictionsApi,
    ReturnIn,
)

_TEXT = "\nLaporan saya di polres belum ada kejelasan sampai kini"


def main() -> None:
    address, key = sys.argv[1:]
    with ApiClient(Configuration(host=address, access_token=key)) as client:
        sys.stdout.write(json.dumps(_answers(PredictionsApi(client), DecisionsApi(client))))


def _answers(predictions: PredictionsApi, decisions: DecisionsApi) -> dict[str, Any]:
    first = predictions.predict(ComplaintIn(reference_id="1", text=_TEXT, received_at="2026-03-02T08:00:00+07:00"))
    unit = first.units[1].id
    decided = decisions.decide(
        DecisionIn(
            suggestion_id=first.suggestion_id, unit=unit, copies=[first.units[2].id], officer="p-01", seconds=12.5
        ),
        idempotency_key="a",
    )
    returned = decisions.record_return(ReturnIn(reference_id="1", decision_id=decided.id, reason="Bukan tugas kami"))
    predictions.predict(ComplaintIn(reference_id="2", text=_TEXT))
    rejected = decisions.decide(DecisionIn(reference_id="2", outcome="bukan kewenangan"))
    decisions.undo(rejected.id, idempotency_key="b")
    predictions.predict(ComplaintIn(reference_id="3", text=_TEXT))
    batch = predictions.predict_batch(BatchIn(complaints=[ComplaintIn(text=_TEXT), None]))
    lines = predictions.predict_stream(b'{"text": "Jalan rusak"}\n{}\n', evidence=False)
    return {
        "unit": unit,
        "verdicts": [decided.verdict, returned.verdict, rejected.verdict],
        "returned": returned.id == decided.id and returned.returned_at is not None,
        "mistyped": _refused(decisions, DecisionIn.from_dict({"reference_id": "3", "untit": unit})),
        "nothing said": _refused(decisions, DecisionIn(reference_id="3")),
        "batch": [type(result.actual_instance).__name__ for result in batch.results],
        "stream": lines.decode().count("\n"),
        "waiting": [decisions.find_complaint(reference).waiting for reference in "123"],
    }


def _refused(decisions: DecisionsApi, decision: DecisionIn | None) -> int:
    """The status of a decision that is refused."""
    try:
        decisions.decide(decision)
    except ApiException as refused:
        return int(refused.status)
    return 0


if __name__ == "__main__":
    main()
