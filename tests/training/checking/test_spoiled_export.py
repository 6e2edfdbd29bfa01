"""An export with every fault at once: the check names each, and nothing that it can't read stops it or fills the memory."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from importlib.resources import as_file
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import data
from model.office.units import Units
from tests.training.checking.mending import cells_of
from tests.training.checking.spoiled import Spoiled, protected_workbook, spoil, zip_bomb
from training.checking.check import check
from training.checking.findings import Label
from training.checking.page import page_of
from training.checking.workbook import SHEETS, write_check
from training.dataset.read import read_exports

if TYPE_CHECKING:
    from training.checking.findings import Findings

PUBLIC_WORKS = "Dinas Pekerjaan Umum"
SHUFFLED = 20
COLUMNS = ("id", "received_at", "text", "kelurahan", "kecamatan", "unit", "category", "rahasia", "keterangan")


def _history() -> list[dict[str, str]]:
    with as_file(data.sample_office("kota")) as folder, (folder / "complaints.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["id"] = row["reference_id"]
        row["unit"] = row["unit"].replace("Dinas Pekerjaan Umum dan Sumber Daya Air", PUBLIC_WORKS)
    return rows


def _written(path: Path, spoiled: Spoiled) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(spoiled.rows)
    return path


@pytest.fixture(scope="module")
def spoiled() -> Spoiled:
    return spoil(
        _history(),
        seed=3,
        shuffled=SHUFFLED,
        conflicting=10,
        respelled=(PUBLIC_WORKS, "DPU", "Dinas PU"),
        unread_dates=15,
        confidential=12,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, spoiled: Spoiled) -> Path:
    folder = tmp_path_factory.mktemp("spoiled")
    _written(folder / "ekspor.csv", spoiled)
    protected_workbook(folder / "terkunci.xlsx")
    zip_bomb(folder / "bom.xlsx")
    return folder


@pytest.fixture(scope="module")
def findings(folder: Path) -> Findings:
    reading = read_exports(
        [folder / "ekspor.csv", folder / "terkunci.xlsx", folder / "bom.xlsx"],
        columns={},
        timezone="Asia/Jakarta",
        lenient=True,
    )
    return check(reading, Units([]))


def test_half_of_the_shuffled_labels_are_among_twice_as_many_listed(findings: Findings, spoiled: Spoiled) -> None:
    listed = [doubt.row.id for doubt in findings.label_errors_of(Label.UNIT)[: 2 * SHUFFLED]]
    found = spoiled.shuffled - spoiled.unread_dates - spoiled.confidential
    assert len(found & set(listed)) >= len(found) / 2


def test_repeated_complaints_with_another_unit_are_named(findings: Findings, spoiled: Spoiled) -> None:
    named = {row.id for conflict in findings.conflicts if conflict.label is Label.UNIT for row in conflict.rows}
    assert named == spoiled.conflicting


def test_the_spellings_of_the_unit_are_named(findings: Findings) -> None:
    proposed = {(spelling.name, spelling.into) for spelling in findings.open_variants if spelling.label is Label.UNIT}
    assert proposed == {("DPU", PUBLIC_WORKS), ("Dinas PU", PUBLIC_WORKS)}


def test_the_empty_column_is_named(findings: Findings) -> None:
    assert findings.files[0].empty == ("keterangan",)


def test_dates_of_another_order_than_the_column_are_named(findings: Findings, spoiled: Spoiled) -> None:
    assert {date.row.id for date in findings.unread_dates} == spoiled.unread_dates
    assert all(date.other_order for date in findings.unread_dates)


def test_no_word_of_the_rahasia_block_is_shown(findings: Findings, spoiled: Spoiled, tmp_path: Path) -> None:
    write_check(tmp_path / "c.xlsx", findings)
    shown = page_of(findings, office="kota")
    cells = [
        str(cell)
        for sheet in SHEETS.__slots__
        for row in cells_of(tmp_path / "c.xlsx", getattr(SHEETS, sheet))
        for cell in row.values()
    ]
    hidden = [row for row in spoiled.rows if row["id"] in spoiled.confidential]
    assert findings.confidential == len(hidden) == 12
    for row in hidden:
        opening = row["text"][:40]
        assert opening not in shown
        assert not any(opening in cell or cell == row["id"] for cell in cells)


def test_what_cannot_be_read_is_named_and_the_rest_is_checked(findings: Findings) -> None:
    assert {file.file for file in findings.unreadable} == {"terkunci.xlsx", "bom.xlsx"}
    page = page_of(findings, office="kota")
    assert "dilindungi kata sandi" in page
    assert "terlalu besar bila dibuka" in page
    assert findings.rows > 300


def test_the_command_stays_within_its_memory(folder: Path, tmp_path: Path) -> None:
    files = [str(folder / name) for name in ("ekspor.csv", "terkunci.xlsx", "bom.xlsx")]
    arguments = ["check", *files, "--office", "kota", "--home", str(tmp_path), "--no-doubts"]
    # The process tells its own peak: what the system counts of a child includes the parent that it was forked from.
    code = (
        "import atexit, sys; from pathlib import Path; from pilah import main; sys.argv = ['pilah', *sys.argv[1:]]; "
        "atexit.register(lambda: print(Path('/proc/self/status').read_text())); main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    written = ended.stdout + ended.stderr
    assert ended.returncode == 0, written
    assert "protected with a password" in written
    assert "unpacks to far more" in written
    # In KB. The libraries and 400 rows take about 200 MB of it; the bomb would take all there is.
    peak = re.search(r"VmHWM:\s+(\d+) kB", written)
    assert peak
    assert int(peak[1]) < 450 * 1024
