"""The rows that benchmarks work on: a real history, or a sample office made longer by sentences of its own."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from training.dataset.read import read_exports
from training.sample_office import sample_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from model.history.rows import LabelledComplaint

_TIMEZONE = "Asia/Jakarta"
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def history(source: Path | None) -> list[LabelledComplaint]:
    """The rows of an export in order of time; without one those of both sample offices, which are invented."""
    if source is not None:
        return read_exports([source], columns={}, timezone=_TIMEZONE).rows
    return sorted(
        (row for office in ("kumham", "kota") for row in sample_rows(office)), key=lambda row: row.received_at
    )


def resampled(count: int, seed: int = 0) -> Iterator[LabelledComplaint]:
    """Invented rows without end: each keeps its labels and place and takes its sentences from rows of the same unit.

    A word in twelve is replaced by one of another row, so that no two rows are copies and the vocabulary meets in new pairs.
    """
    rows = history(None)
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    sentences: dict[str, list[str]] = {}
    for row in rows:
        sentences.setdefault(row.unit, []).extend(_SENTENCE.split(row.complaint.text))
    words = sorted({word for row in rows for word in row.complaint.text.split()})
    for number in range(count):
        row = chance.choice(rows)
        own = sentences[row.unit]
        text = " ".join(chance.choice(own) for _ in range(chance.randint(2, 4)))
        written = [chance.choice(words) if chance.random() < 1 / 12 else word for word in text.split()]
        complaint = replace(
            row.complaint,
            text=" ".join(written),
            reference_id=f"r{number}",
            received_at=row.received_at + timedelta(minutes=number % 500_000),
        )
        yield replace(row, complaint=complaint)
