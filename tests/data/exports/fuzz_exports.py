"""Corrupt good files of complaints at random, read them and write them again: rows, or a PilahError.

A child process reads each batch under limits on memory and time, so that crashes, hangs and memory growth are report.
Files that break the reader are kept.

Usage: python -m tests.data.exports.fuzz_exports --minutes 5 [--seed 1] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.exports.annotation.annotate import annotate, own_suffix
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS
from data.exports.open import open_exports, open_writer, write_laporan_ringkas, write_laporgub

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.exports.open import Export
    from data.exports.rows import ExportRow

_FILES_A_BATCH = 40
_SECONDS_A_FILE = 10
_BYTES = 3 << 30
_SPECIAL = (b"\x00", b"\xff", b'"', b"\n", b"\r", b"<", b">", b"&#x110000;", b"\xef\xbb\xbf", b"9" * 400, b"A" * 5_000)
_WRITTEN_KINDS = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")
_KINDS = (*_WRITTEN_KINDS, ".ringkas.xlsx", ".laporgub.xlsx", ".html.xls", ".xml.xls", ".json", ".api.json", ".zip")


@dataclass
class FuzzReport:
    """Counts of outcomes, and the files that broke the reader."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def fuzz(seconds: float, seed: int, keep: Path, most_files: int | None = None) -> FuzzReport:
    """Corrupt and read files until time or files run out; files that break the reader are copied to `keep`."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    report = FuzzReport()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = _good_files(folder)
        until = time.monotonic() + seconds
        while time.monotonic() < until and (most_files is None or report.files < most_files):
            batch = [_corrupted(folder, good, chance, number) for number in range(_FILES_A_BATCH)]
            read_in_child(batch, report, keep)
    return report


def _good_files(folder: Path) -> list[Path]:
    texts = ["lampu jalan mati", 'kutip "dalam" teks; koma, titik', "baris\nkedua", "=1+1", "é ﷺ 😀", "x" * 300] * 3
    rows: list[dict[str, object]] = [
        {"id": n, "isi": text, "unit": f"Dinas {n % 3}", "tanggal": f"2026-01-{n + 1:02d}"}
        for n, text in enumerate(texts)
    ]
    paths = []
    for suffix in _WRITTEN_KINDS:
        path = folder / f"good{suffix}"
        with open_writer(path, list(rows[0])) as writer:
            for row in rows:
                writer.write(row)
        paths.append(path)
    for suffix, write, headers in (
        (".ringkas.xlsx", write_laporan_ringkas, LAPORAN_RINGKAS_HEADERS),
        (".laporgub.xlsx", write_laporgub, LAPORGUB_HEADERS),
    ):
        path = folder / f"good{suffix}"
        write(path, [dict.fromkeys(filter(None, headers), text) for text in texts])
        paths.append(path)
    return [*paths, *_other_files(folder, rows)]


def _other_files(folder: Path, rows: list[dict[str, object]]) -> list[Path]:
    """Files of the kinds that Pilah reads and doesn't write."""
    table = [list(rows[0]), *([escape(str(cell)) for cell in row.values()] for row in rows)]
    page = "".join(f"<tr>{''.join(f'<td rowspan=1>{cell}</td>' for cell in row)}</tr>" for row in table)
    cells = "<Cell ss:MergeDown='0'><Data ss:Type='String'>{}</Data></Cell>"
    sheet = "".join(f"<Row ss:Index='{n}'>{''.join(map(cells.format, row))}</Row>" for n, row in enumerate(table, 1))
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    contents = {
        ".html.xls": f"<html><body><table>{page}</table></body></html>",
        ".xml.xls": f"<?xml version='1.0'?><Workbook xmlns='{space}' xmlns:ss='{space}'>"
        f"<Worksheet ss:Name='A'><Table>{sheet}</Table></Worksheet></Workbook>",
        ".json": json.dumps(rows),
        ".api.json": json.dumps({"pesan": "ok", "data": {"halaman": 1, "data": rows}}, indent=1),
    }
    paths = [folder / f"good{suffix}" for suffix in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_text(content, encoding="utf-8")
    with zipfile.ZipFile(folder / "good.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "good.csv", "ekspor/data.csv")
        archive.writestr("BACA SAYA.md", "keterangan")
    return [*paths, folder / "good.zip"]


def _corrupted(folder: Path, good: list[Path], chance: random.Random, number: int) -> Path:
    source = chance.choice(good)
    content = source.read_bytes()
    suffix = "".join(source.suffixes) if chance.random() < 0.9 else chance.choice(_KINDS)
    packed = zipfile.is_zipfile(io.BytesIO(content))
    # Random changes rarely pass the checksums of an archive, so most changes go into a member before packing.
    corrupted = _corrupt_member(content, chance) if packed and chance.random() < 0.8 else _corrupt(content, chance)
    path = folder / f"corrupted-{number}{suffix}"
    path.write_bytes(corrupted)
    return path


def _corrupt_member(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        victim = chance.choice(archive.namelist())
    lost = chance.random() < 0.1
    return with_member(content, victim, lambda member: None if lost else _corrupt(member, chance))


def with_member(content: bytes, victim: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """An archive with one member changed, or removed where `change` returns None."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = old.read(name)
            changed = change(member) if name == victim else member
            if changed is not None:
                new.writestr(name, changed)
    return packed.getvalue()


def _corrupt(content: bytes, chance: random.Random) -> bytes:
    corrupted = bytearray(content)
    ways: list[Callable[[bytearray, random.Random], None]] = [_flip, _cut, _insert, _repeat, _swap, _renumber]
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        chance.choice(ways)(corrupted, chance)
    return bytes(corrupted)


def _flip(content: bytearray, chance: random.Random) -> None:
    if content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _cut(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content) + 1)
    del content[start : start + chance.choice((1, 10, 1_000, 1_000_000))]


def _insert(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content) + 1)
    content[start:start] = chance.choice(_SPECIAL)


def _repeat(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content) + 1)
    content[start:start] = content[start : start + chance.choice((1, 20, 500))] * chance.choice((1, 3, 50))


def _swap(content: bytearray, chance: random.Random) -> None:
    one, other = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    content[one:other] = content[one:other][::-1]


def _renumber(content: bytearray, chance: random.Random) -> None:
    """Replace a digit by another number: readers trust sizes, counts and references."""
    digits = [position for position, byte in enumerate(content) if 48 <= byte <= 57]
    if digits:
        position = chance.choice(digits)
        content[position : position + 1] = chance.choice((b"-1", b"0", b"99999", b"4294967296", b"1e308"))


def read_in_child(batch: list[Path], report: FuzzReport, keep: Path) -> None:
    """Read files in a child process, and add the outcomes to the report."""
    command = [sys.executable, "-X", "faulthandler", __file__, "--read", *map(str, batch)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    outcomes = [line.split("\t")[1] for line in lines if "\t" in line]
    report.files += len(outcomes)
    report.outcomes.update(outcome for outcome in outcomes if outcome in {"rows", "refused"})
    broken = [
        (Path(name), outcome)
        for name, outcome in (line.split("\t")[:2] for line in lines if "\t" in line)
        if outcome not in {"rows", "refused"}
    ]
    if ended.returncode != 0 and len(outcomes) < len(batch):
        broken.append((batch[len(outcomes)], f"the reader ended with {ended.returncode}: {ended.stderr[-300:]}"))
    for path, what in broken:
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"{len(report.faults)}-{path.name}"
        kept.write_bytes(path.read_bytes())
        report.faults.append(f"{kept}: {what}")


def _read(paths: list[Path]) -> None:
    """Print one line with the outcome of each file; runs in the child process."""
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    for path in paths:
        # The signal ends the process, even during a hang inside a compiled reader.
        signal.alarm(_SECONDS_A_FILE)
        sys.stdout.write(f"{path}\t{_outcome(path)}\n")
        sys.stdout.flush()


def _write_again(path: Path, exports: list[Export], rows: list[ExportRow]) -> None:
    """Write the file with a new column, and require that no row is lost."""
    target = path.with_name(f"{path.stem}.saran{own_suffix(exports[0])}")
    written = annotate(exports, target, ["unit_1"], lambda: ((row, ["Dinas"]) for row in rows))
    if written.rows.total() != len(rows) or not target.exists():
        raise AssertionError(written)
    target.unlink()


def _outcome(path: Path) -> str:
    try:
        exports = open_exports(path)
        rows = [row for export in exports for row in export.rows()]
        _write_again(path, exports, rows)
    except PilahError:
        return "refused"
    except BaseException as error:  # noqa: BLE001 - any other error is a finding
        return f"{type(error).__name__}: {str(error)[:200]!r}"
    return "rows"


def main() -> None:
    """Exit with 1 where a file broke the reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--read", nargs="+", type=Path)
    asked = parser.parse_args()
    if asked.read:
        _read(asked.read)
        return
    report = fuzz(asked.minutes * 60, asked.seed, asked.keep)
    sys.stdout.write(
        f"{report.files} corrupted files read: {report.outcomes['rows']} gave rows, {report.outcomes['refused']} were refused, "
        f"{len(report.faults)} broke the reader\n"
    )
    sys.exit("\n".join(report.faults[:20]) or 0)


if __name__ == "__main__":
    main()
