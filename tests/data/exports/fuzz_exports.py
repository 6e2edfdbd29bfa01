"""Spoils good files of complaints in every way it can think of, and reads them: rows or an error of ours, nothing else.

Each batch of files is read in a process of its own under a bound on memory and on time, so that a crash, a hang or a
growth shows as such. What made one is kept beside the report.

Usage: python -m tests.data.exports.fuzz_exports --minutes 5 [--seed 1] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import io
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
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS
from data.exports.open import open_export, open_writer, write_laporan_ringkas, write_laporgub

if TYPE_CHECKING:
    from collections.abc import Callable

_FILES_A_BATCH = 40
_SECONDS_A_FILE = 10
_BYTES = 3 << 30
_SPECIAL = (b"\x00", b"\xff", b'"', b"\n", b"\r", b"<", b">", b"&#x110000;", b"\xef\xbb\xbf", b"9" * 400, b"A" * 5_000)
_KINDS = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx", ".ringkas.xlsx", ".laporgub.xlsx")


@dataclass
class Found:
    """What became of the files, and those that broke something."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def fuzz(seconds: float, seed: int, keep: Path, most_files: int | None = None) -> Found:
    """Spoil and read until the time or the files are used up; files that broke something go to `keep`."""
    chance = random.Random(seed)  # noqa: S311 - any numbers will do
    found = Found()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = _good_files(folder)
        until = time.monotonic() + seconds
        while time.monotonic() < until and (most_files is None or found.files < most_files):
            batch = [_spoiled(folder, good, chance, number) for number in range(_FILES_A_BATCH)]
            read_apart(batch, found, keep)
    return found


def _good_files(folder: Path) -> list[Path]:
    texts = ["lampu jalan mati", 'kutip "dalam" teks; koma, titik', "baris\nkedua", "=1+1", "é ﷺ 😀", "x" * 300] * 3
    rows = [
        {"id": n, "isi": text, "unit": f"Dinas {n % 3}", "tanggal": f"2026-01-{n + 1:02d}"}
        for n, text in enumerate(texts)
    ]
    paths = []
    for suffix in _KINDS[:5]:
        path = folder / f"good{suffix}"
        with open_writer(path, list(rows[0])) as writer:
            for row in rows:
                writer.write(row)
        paths.append(path)
    for suffix, write, headers in (
        (_KINDS[5], write_laporan_ringkas, LAPORAN_RINGKAS_HEADERS),
        (_KINDS[6], write_laporgub, LAPORGUB_HEADERS),
    ):
        path = folder / f"good{suffix}"
        write(path, [dict.fromkeys(filter(None, headers), text) for text in texts])
        paths.append(path)
    return paths


def _spoiled(folder: Path, good: list[Path], chance: random.Random, number: int) -> Path:
    source = chance.choice(good)
    content = source.read_bytes()
    suffix = "".join(source.suffixes) if chance.random() < 0.9 else chance.choice(_KINDS)
    packed = zipfile.is_zipfile(io.BytesIO(content))
    # Bytes changed from outside rarely get past the checksums of an archive, so its members are changed from within.
    spoiled = _spoil_member(content, chance) if packed and chance.random() < 0.8 else _spoil(content, chance)
    path = folder / f"spoiled-{number}{suffix}"
    path.write_bytes(spoiled)
    return path


def _spoil_member(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        victim = chance.choice(archive.namelist())
    lost = chance.random() < 0.1
    return with_member(content, victim, lambda member: None if lost else _spoil(member, chance))


def with_member(content: bytes, victim: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """An archive with one member changed, or without it where the change gives None."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = old.read(name)
            changed = change(member) if name == victim else member
            if changed is not None:
                new.writestr(name, changed)
    return packed.getvalue()


def _spoil(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    ways: list[Callable[[bytearray, random.Random], None]] = [_flip, _cut, _insert, _repeat, _swap, _renumber]
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        chance.choice(ways)(spoiled, chance)
    return bytes(spoiled)


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
    """Another number where one stands: sizes, counts and references are what readers trust."""
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    if digits:
        at = chance.choice(digits)
        content[at : at + 1] = chance.choice((b"-1", b"0", b"99999", b"4294967296", b"1e308"))


def read_apart(batch: list[Path], found: Found, keep: Path) -> None:
    """Read files in a process of their own, and enter what became of them."""
    command = [sys.executable, "-X", "faulthandler", __file__, "--read", *map(str, batch)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    outcomes = [line.split("\t")[1] for line in lines if "\t" in line]
    found.files += len(outcomes)
    found.outcomes.update(outcome for outcome in outcomes if outcome in {"rows", "refused"})
    broken = [
        (Path(name), outcome)
        for name, outcome in (line.split("\t")[:2] for line in lines if "\t" in line)
        if outcome not in {"rows", "refused"}
    ]
    if ended.returncode != 0 and len(outcomes) < len(batch):
        broken.append((batch[len(outcomes)], f"the reader ended with {ended.returncode}: {ended.stderr[-300:]}"))
    for path, what in broken:
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"{len(found.faults)}-{path.name}"
        kept.write_bytes(path.read_bytes())
        found.faults.append(f"{kept}: {what}")


def _read(paths: list[Path]) -> None:
    """In the reading process: one line a file, with what became of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    for path in paths:
        # The default action ends the process: a hang inside a compiled reader is told too.
        signal.alarm(_SECONDS_A_FILE)
        sys.stdout.write(f"{path}\t{_outcome(path)}\n")
        sys.stdout.flush()


def _outcome(path: Path) -> str:
    try:
        for _ in open_export(path).rows():
            pass
    except PilahError:
        return "refused"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return f"{type(error).__name__}: {str(error)[:200]!r}"
    return "rows"


def main() -> None:
    """Exit 1 where a file broke the reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--read", nargs="+", type=Path)
    asked = parser.parse_args()
    if asked.read:
        _read(asked.read)
        return
    found = fuzz(asked.minutes * 60, asked.seed, asked.keep)
    sys.stdout.write(
        f"{found.files} spoiled files read: {found.outcomes['rows']} gave rows, {found.outcomes['refused']} were refused, "
        f"{len(found.faults)} broke the reader\n"
    )
    sys.exit("\n".join(found.faults[:20]) or 0)


if __name__ == "__main__":
    main()
