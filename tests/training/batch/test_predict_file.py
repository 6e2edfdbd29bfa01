"""Suggestions for every row of a file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from model.versions.office_home import Office
from training.batch.predict_file import ADDED_COLUMNS, predict_file

if TYPE_CHECKING:
    from pathlib import Path


def test_predicted_rows_keep_order_and_columns(tmp_path: Path, sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion()
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "isi,status,unit_1\nlaporan polisi mandek,baru,x\n,lama,y\nsertifikat tanah ganda,baru,z\n", encoding="utf-8"
    )
    assert predict_file(router, source, target, columns={}) == 3
    with target.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["status_asal"] for row in rows] == ["baru", "lama", "baru"]
    assert [row["unit_1_asal"] for row in rows] == ["x", "y", "z"]
    assert rows[1]["status"] == "error: no text"
    assert set(ADDED_COLUMNS) <= set(rows[0])
    assert rows[0]["unit_1"]
