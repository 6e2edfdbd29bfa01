"""How many of 200 shuffled labels a check lists, on a real history spoiled on purpose.

Usage: python tests/benchmarks/spoiled_export.py HISTORY.csv [--seed 2] [--shuffled 200]

The history has the columns id, received_at, text, unit and category; it is read where it is, and what is spoiled goes to a
temporary folder. Seed 1 was for choosing, seed 2 is for measuring.
"""

from __future__ import annotations

import argparse
import csv
import resource
import tempfile
import time
from pathlib import Path

from model.office.units import Units
from tests.training.checking.spoiled import Spoiled, spoil
from training.checking.check import check
from training.checking.findings import Findings, Label
from training.dataset.read import read_exports

CONFLICTING, UNREAD_DATES, CONFIDENTIAL = 50, 60, 40


def main(source: Path, seed: int, shuffled: int) -> None:
    """Print, for the shuffled labels that could be read, how many are listed, and what else was found."""
    csv.field_size_limit(1 << 20)
    with source.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    spoiled = spoil(
        rows,
        seed=seed,
        shuffled=shuffled,
        conflicting=CONFLICTING,
        respelled=("Dinas Lingkungan Hidup", "DLH", "Din. Lingk. Hidup"),
        unread_dates=UNREAD_DATES,
        confidential=CONFIDENTIAL,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoiled.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(spoiled.rows[0]))
            writer.writeheader()
            writer.writerows(spoiled.rows)
        reading = read_exports([path], columns={}, timezone="Asia/Jakarta")
        started = time.monotonic()
        findings = check(reading, Units([]))
    seconds = time.monotonic() - started
    _print(spoiled, findings, shuffled)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(reading.rows)} rows checked in {seconds:.0f} s, at most {memory} MB")  # noqa: T201 - what it is for


def _print(spoiled: Spoiled, findings: Findings, shuffled: int) -> None:
    numbers = {row["id"]: number for number, row in enumerate(spoiled.rows, start=2)}
    wanted = {numbers[row_id] for row_id in spoiled.shuffled}
    doubts = [doubt.row.source.row for doubt in findings.label_errors_of(Label.UNIT) if doubt.row.source]
    for most in (shuffled, 2 * shuffled, len(doubts)):
        print(f"{len(wanted & set(doubts[:most]))} of {len(wanted)} shuffled units among the first {most} listed")  # noqa: T201
    conflicting = {row.source.row for found in findings.conflicts for row in found.rows if row.source}
    found = {numbers[row_id] for row_id in spoiled.conflicting} & conflicting
    print(f"{len(found)} of {len(spoiled.conflicting)} conflicting rows named")  # noqa: T201
    print(f"spellings: {[(one.name, one.into, one.rows) for one in findings.open_variants]}")  # noqa: T201
    print(f"{len(findings.unread_dates)} of {len(spoiled.unread_dates)} dates named")  # noqa: T201
    print(f"empty columns: {[file.empty for file in findings.files]}; confidential: {findings.confidential}")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("history", type=Path)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--shuffled", type=int, default=200)
    given = parser.parse_args()
    main(given.history, given.seed, given.shuffled)
