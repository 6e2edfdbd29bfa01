"""Whether the sample office speaks the language of real complaints: a model of `kota` asked about real rows of Surabaya.

Usage: python tests/benchmarks/kota_on_surabaya.py SURABAYA.csv

The rows are fixed by the ids in kota_on_surabaya_ids.txt, the units by kota_on_surabaya.csv; both were committed before the
first measurement. The rows are given without their place fields, which name another city.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

from model.complaint import Complaint
from model.versions.office_home import Office
from training.sample_office import train_sample

HERE = Path(__file__).parent


def main(source: Path) -> None:
    """Print the share of rows whose counterpart comes first, and among the first three."""
    with (HERE / "kota_on_surabaya.csv").open(encoding="utf-8") as file:
        counterpart = {row["theirs"]: row["ours"] for row in csv.DictReader(file)}
    ids = set((HERE / "kota_on_surabaya_ids.txt").read_text(encoding="utf-8").split())
    with source.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] in ids]
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), "kota")
        train_sample(office)
        router, _ = office.load_champion()
    suggestions = router.suggest_many([Complaint(row["text"]) for row in rows], evidence=False)
    ranked = [[unit.name for unit in suggestion.units] for suggestion in suggestions]
    right = [counterpart[row["unit"]] for row in rows]
    top_1 = sum(names[0] == name for names, name in zip(ranked, right, strict=True)) / len(rows)
    top_3 = sum(name in names[:3] for names, name in zip(ranked, right, strict=True)) / len(rows)
    print(f"{len(rows)} rows: top-1 {top_1:.3f}, top-3 {top_3:.3f}")  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
