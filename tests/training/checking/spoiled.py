"""A labelled history spoiled on purpose, in the ways in which real exports are, so that a check can be put to the test."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import xlsxwriter

from data.exports.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Row = dict[str, str]

_MONTHS = 12
_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_MINI_STREAM_CUTOFF = 4_096


@dataclass
class Spoiled:
    """The spoiled rows, and the ids of those that were touched, by what was done to them."""

    rows: list[Row]
    shuffled: set[str] = field(default_factory=set)
    conflicting: set[str] = field(default_factory=set)
    respelled: dict[str, str] = field(default_factory=dict)
    unread_dates: set[str] = field(default_factory=set)
    confidential: set[str] = field(default_factory=set)


def spoil(
    rows: Sequence[Row],
    *,
    seed: int,
    shuffled: int,
    conflicting: int = 0,
    respelled: tuple[str, str, str] | None = None,
    unread_dates: int = 0,
    confidential: int = 0,
) -> Spoiled:
    """Rows with `id`, `received_at`, `text`, `unit` and `category`, spoiled; each row in one way only.

    Args:
        rows: the history.
        seed: which rows.
        shuffled: how many rows get the unit of another of them, never their own.
        conflicting: how many rows are entered a second time, with some words more and another unit.
        respelled: a unit, and two other spellings of it, each on a third of its rows.
        unread_dates: how many neighbouring rows have the month before the day, unlike the others.
        confidential: how many neighbouring rows are Rahasia.
    """
    chance = random.Random(seed)  # noqa: S311 - which rows is no secret
    spoiled = Spoiled([{**row, "rahasia": "", "keterangan": ""} for row in rows])
    free = [row for row in spoiled.rows if row["unit"] and row["text"].strip()]
    chance.shuffle(free)
    _shuffle(spoiled, [free.pop() for _ in range(shuffled)], chance)
    _repeat(spoiled, [row for row in free if len(row["text"].split()) >= 12][:conflicting], chance)
    untouched = [row for row in spoiled.rows if row["id"] not in spoiled.shuffled | spoiled.conflicting]
    if respelled is not None:
        _respell(spoiled, [row for row in untouched if row["unit"] == respelled[0]], respelled[1:])
    start = len(untouched) // 3
    for row in untouched[start : start + confidential]:
        row["rahasia"] = "Rahasia"
        spoiled.confidential.add(row["id"])
    start = 2 * len(untouched) // 3
    for row in untouched[start:]:
        day = parse_date(row["received_at"])
        # Below the 13th the order can't be seen.
        if day is not None and day.day > _MONTHS and len(spoiled.unread_dates) < unread_dates:
            row["received_at"] = f"{day:%m/%d/%Y}"
            spoiled.unread_dates.add(row["id"])
    for row in spoiled.rows:
        if (day := parse_date(row["received_at"])) and row["id"] not in spoiled.unread_dates:
            row["received_at"] = f"{day:%d/%m/%Y %H:%M}"
    return spoiled


def _shuffle(spoiled: Spoiled, chosen: Sequence[Row], chance: random.Random) -> None:
    before = [row["unit"] for row in chosen]
    labels = list(before)
    chance.shuffle(labels)
    for at in range(len(labels)):
        while labels[at] == before[at]:
            other = chance.randrange(len(labels))
            labels[at], labels[other] = labels[other], labels[at]
    for row, label, own in zip(chosen, labels, before, strict=True):
        row["unit"] = label
        if label != own:
            spoiled.shuffled.add(row["id"])


def _repeat(spoiled: Spoiled, chosen: Sequence[Row], chance: random.Random) -> None:
    units = sorted({row["unit"] for row in spoiled.rows if row["unit"]})
    for number, row in enumerate(chosen):
        other = chance.choice([unit for unit in units if unit != row["unit"]])
        again = {**row, "id": f"ulang-{number}", "unit": other, "text": f"{row['text']} mohon segera"}
        spoiled.rows.append(again)
        spoiled.conflicting |= {row["id"], again["id"]}


def _respell(spoiled: Spoiled, rows: Sequence[Row], spellings: Sequence[str]) -> None:
    for number, row in enumerate(rows):
        if number % 3:
            row["unit"] = spellings[number % 3 - 1]
            spoiled.respelled[row["id"]] = row["unit"]


def protected_workbook(path: Path) -> Path:
    """A workbook as Excel saves it with a password: an OLE compound file around an encrypted package (MS-OFFCRYPTO 2.3)."""
    streams = {
        "EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>".ljust(_MINI_STREAM_CUTOFF, b"\0"),
        "EncryptedPackage": bytes(random.Random(0).randbytes(6_000)),  # noqa: S311 - noise in place of a secret
    }
    path.write_bytes(_compound_file(streams))
    return path


def zip_bomb(path: Path) -> Path:
    """A workbook of a few KB whose one sheet is a table of 17 billion cells."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "text")
        sheet.write(1_048_575, 16_383, "x")
    return path


def _compound_file(streams: dict[str, bytes]) -> bytes:
    """Streams of at least 4,096 bytes in a compound file of version 3: header, one FAT sector, one directory sector, data."""
    fat: list[int] = [_FAT, _END_OF_CHAIN]
    entries = [_directory_entry("Root Entry", 5, child=1, start=_END_OF_CHAIN, size=0)]
    data = b""
    for number, (name, content) in enumerate(streams.items(), start=1):
        sectors = -(-len(content) // _SECTOR)
        start = len(fat)
        fat += [*range(start + 1, start + sectors), _END_OF_CHAIN]
        sibling = number + 1 if number < len(streams) else _FREE
        entries.append(_directory_entry(name, 2, right=sibling, start=start, size=len(content)))
        data += content.ljust(sectors * _SECTOR, b"\0")
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    return _compound_header() + b"".join(sector.to_bytes(4, "little") for sector in fat) + directory + data


def _compound_header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += (0x3E).to_bytes(2, "little") + (3).to_bytes(2, "little") + b"\xfe\xff" + (9).to_bytes(2, "little")
    head += (6).to_bytes(2, "little") + bytes(6)
    numbers = (0, 1, 1, 0, _MINI_STREAM_CUTOFF, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0, 0, *[_FREE] * 108)
    return head + b"".join(number.to_bytes(4, "little") for number in numbers)


def _directory_entry(name: str, kind: int, *, start: int, size: int, right: int = _FREE, child: int = _FREE) -> bytes:
    written = f"{name}\0".encode("utf-16-le")
    entry = written.ljust(64, b"\0") + len(written).to_bytes(2, "little") + bytes([kind, 1])
    entry += b"".join(number.to_bytes(4, "little") for number in (_FREE, right, child)) + bytes(36)
    return entry + start.to_bytes(4, "little") + size.to_bytes(8, "little")
