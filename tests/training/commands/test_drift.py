"""`pilah drift`: the alarms on an export."""

import csv
from datetime import datetime, timedelta
from importlib.resources import as_file
from pathlib import Path

from typer.testing import CliRunner

import data
from pilah import app


def _later(folder: Path, *, text: str | None = None) -> Path:
    """The sample office's complaints a year on, all with one text where one is given."""
    with as_file(data.sample_office("kumham")) as sample, (sample / "complaints.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["received_at"] = (datetime.fromisoformat(row["received_at"]) + timedelta(days=366)).isoformat()
        row["text"] = text or row["text"]
    path = folder / "recent.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def _run(home: Path, path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["drift", str(path), "--office", "kumham", "--home", str(home)])
    return result.exit_code, result.output


def test_a_flood_of_one_unknown_text_rings_and_the_exit_status_says_so(sample_home: Path, tmp_path: Path) -> None:
    status, output = _run(sample_home, _later(tmp_path, text="xylo qwertz vbnmk plorf grunz wazzu"))
    assert status == 2
    assert "since 2025-" in output


def test_an_export_too_short_to_tell_says_so(sample_home: Path, tmp_path: Path) -> None:
    path = _later(tmp_path)
    few = tmp_path / "few.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:6]
    with few.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    status, output = _run(sample_home, few)
    assert status == 0
    assert "drift can be checked from" in output
