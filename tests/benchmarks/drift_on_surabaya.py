"""Whether drift rings when something changed, and only then: learn from January to June 2022, watch July to December.

Usage: python tests/benchmarks/drift_on_surabaya.py SURABAYA.csv LAPORGUB.csv

The half-year is checked once a week, as an office would. A change is tried from every second week on; a case counts as
caught when, within two weeks (for units: or 50 suggestions of that unit, whichever is later), something rings that the
unchanged half-year doesn't ring at that check. The tolerances were chosen on July to September; starts from October on are
counted apart. Trains five models: about ten minutes.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import data
from model.complaint import Location
from model.drift.baseline import Baseline
from model.drift.check import check
from model.language.words import words
from model.office.units import Units
from training.dataset.read import read_exports
from training.dataset.split import by_time
from training.evaluation.drift import observe
from training.fitting.fit import Outcomes, assemble, fit_ranking, outcomes_of, predict_slice, slices_of
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.drift.alarms import Alarm
    from model.drift.baseline import Observation
    from model.history.rows import LabelledComplaint
    from model.router import Router

WATCH_FROM = datetime(2022, 7, 1)  # noqa: DTZ001 - the export's own clock
WATCH_UNTIL = datetime(2022, 12, 30)  # noqa: DTZ001
TUNED_UNTIL = datetime(2022, 10, 1)  # noqa: DTZ001
WEEK = timedelta(days=7)
CHECKS = [WATCH_FROM + WEEK * number for number in range(1, 27)]
STARTS = [WATCH_FROM + WEEK * number for number in range(2, 25, 2)]
LEFT_OUT = ("PJU", "MBR", "Pelayanan PDAM", "Parkir")
NEW_UNIT = "dinas-baru"
OLD_SPELLING = str.maketrans({"u": "oe", "j": "dj", "y": "j", "c": "tj"})

Stream = list["Observation"]


@dataclass(frozen=True)
class Watched:
    """A model of the first half, and how to look at later rows with it."""

    baseline: Baseline
    router: Router

    def observe(self, rows: Sequence[LabelledComplaint]) -> Stream:
        """The rows as the model sees them, with the decision of their own unit."""
        return observe(self.router, rows)

    def alarms(self, stream: Stream, until: datetime) -> tuple[Alarm, ...]:
        """What rings at a moment."""
        units = frozenset(unit.id for unit in self.router.units)
        categories = frozenset(category.id for category in self.router.categories)
        before = [row for row in stream if row.received_at <= until]
        return check(self.baseline, before, until=until, known_units=units, known_categories=categories)


def learn(rows: Sequence[LabelledComplaint]) -> Watched:
    """The baseline of the newest fifth, held back, and the router of all rows: as `pilah train` does it."""
    recipe, split = Recipe(), by_time(rows)
    ranking, units = fit_ranking(split.learned, Units([]), recipe)
    slices = [predict_slice(earlier, later, Units([]), recipe) for earlier, later in slices_of(split.learned)]
    outcomes = sum(slices, Outcomes([], []))
    measured = assemble("", ranking, units, outcomes, recipe, split.learned)
    newest = outcomes_of(ranking, units, split.held_back)
    final, units_now = fit_ranking(rows, Units([]), recipe)
    router = assemble("", final, units_now, outcomes + newest, recipe, rows)
    return Watched(Baseline.of(observe(measured, split.held_back)), router)


def changed_from(start: datetime, unchanged: Stream, changed: Stream, share: float = 1.0) -> Stream:
    """From `start` on a share of the rows is the changed one at the same place."""
    chance = random.Random(start.toordinal())  # noqa: S311 - a replay is no secret
    return [
        after if before.received_at >= start and chance.random() < share else before
        for before, after in zip(unchanged, changed, strict=True)
    ]


def flooded_from(start: datetime, unchanged: Stream, topic: Stream, share: float) -> Stream:
    """From `start` on, rows of the topic come in on top until they are that share of all."""
    chance = random.Random(start.toordinal())  # noqa: S311
    later = [row for row in unchanged if row.received_at >= start]
    added = [
        replace(chance.choice(topic), received_at=chance.choice(later).received_at)
        for _ in range(round(len(later) * share / (1 - share)))
    ]
    return sorted(unchanged + added, key=lambda row: row.received_at)


def reassigned_from(start: datetime, unchanged: Stream, old: str, new: str) -> Stream:
    """From `start` on, another unit decides what the old one did."""
    return [
        replace(row, decided_unit_id=new) if row.received_at >= start and row.decided_unit_id == old else row
        for row in unchanged
    ]


def without_place(row: LabelledComplaint) -> LabelledComplaint:
    """The same complaint with blank place fields."""
    return replace(row, complaint=replace(row.complaint, location=Location()))


def respelled(rows: Sequence[LabelledComplaint]) -> list[LabelledComplaint]:
    """The 60 most frequent content words as they were spelt before 1947, or with other vowels where that changes nothing."""
    counted = Counter(word.folded for row in rows for word in words(row.complaint.text))
    no_content = data.function_words()
    frequent = [word for word, _ in counted.most_common(500) if word.isalpha() and len(word) > 3]
    content = [word for word in frequent if word not in no_content and not word.startswith("masked")][:60]
    spelling = {word: _respell(word) for word in content}
    found = re.compile(rf"\b({'|'.join(spelling)})\b", re.IGNORECASE)
    return [
        replace(
            row,
            complaint=replace(
                row.complaint, text=found.sub(lambda match: spelling[match[0].lower()], row.complaint.text)
            ),
        )
        for row in rows
    ]


def _respell(word: str) -> str:
    old = word.translate(OLD_SPELLING)
    return old if old != word else word.translate(str.maketrans("aeio", "oiea"))


def with_text_of(others: Sequence[LabelledComplaint], rows: Sequence[LabelledComplaint]) -> list[LabelledComplaint]:
    """The same rows with texts of another office; the place fields stay, which makes it harder to notice."""
    chance = random.Random(1)  # noqa: S311
    return [
        replace(row, complaint=replace(row.complaint, text=chance.choice(others).complaint.text, title=""))
        for row in rows
    ]


def print_unchanged(watched: Watched, stream: Stream) -> None:
    """Every alarm of the unchanged half-year, once for each time it begins to ring."""
    for name, checks in (("weekly", CHECKS), ("daily", [CHECKS[0] + timedelta(days=n) for n in range(176)])):
        ringing: set[tuple[str, str]] = set()
        for until in checks:
            alarms = {(alarm.signal.value, alarm.detail): alarm for alarm in watched.alarms(stream, until)}
            for key in alarms.keys() - ringing:
                _say(f"  unchanged, {name} check of {until:%d %b}: {alarms[key].signal} {alarms[key].message}")
            ringing = set(alarms)
        _say(f"  unchanged, {name}: done")


def print_case(
    name: str,
    watched: Watched,
    unchanged: Stream,
    stream_from: Callable[[datetime], Stream],
    *,
    enough: Callable[[Stream, datetime, datetime], bool] = lambda stream, start, until: until - start >= 2 * WEEK,
) -> None:
    """In how many of the starts it rang in time, after how many weeks, and what rang first."""
    caught: dict[bool, list[float]] = {True: [], False: []}
    first: Counter[str] = Counter()
    for start in STARTS:
        stream, weeks = stream_from(start), float("inf")
        for until in (moment for moment in CHECKS if moment > start):
            usual = {(alarm.signal, alarm.detail) for alarm in watched.alarms(unchanged, until)}
            new = [alarm for alarm in watched.alarms(stream, until) if (alarm.signal, alarm.detail) not in usual]
            if new:
                weeks = (until - start) / WEEK
                first.update({alarm.signal.value for alarm in new})
                break
            if enough(stream, start, until):
                break
        else:
            # The year ended before there was enough to tell.
            continue
        caught[start < TUNED_UNTIL].append(weeks)
    figures = []
    for tuned in (True, False):
        in_time = [weeks for weeks in caught[tuned] if weeks < float("inf")]
        figures.append(f"{len(in_time)}/{len(caught[tuned])} (weeks: {' '.join(f'{weeks:.0f}' for weeks in in_time)})")
    _say(f"| {name} | {' | '.join(figures)} | {', '.join(f'{k} {n}' for k, n in first.most_common(4))} |")


def fifty_decisions(unit_id: str) -> Callable[[Stream, datetime, datetime], bool]:
    """Two weeks, or 50 decisions on suggestions of that unit, whichever is later."""

    def enough(stream: Stream, start: datetime, until: datetime) -> bool:
        decided = sum(row.unit_id == unit_id and start <= row.received_at <= until for row in stream)
        return until - start >= 2 * WEEK and decided >= 50

    return enough


def main(source: Path, other: Path) -> None:
    """Print what rings in the unchanged half-year, then a row a changed case."""
    rows = _read(source)
    others = _read(other)
    first = [row for row in rows if row.received_at < WATCH_FROM]
    later = [row for row in rows if row.received_at >= WATCH_FROM]
    watched = learn(first)
    unchanged = watched.observe(later)
    print_unchanged(watched, unchanged)
    _say("| change | caught, starts Jul-Sep | caught, starts Oct-Dec | first to ring |\n|---|---|---|---|")
    print_inputs(watched, unchanged, later, others)
    print_decisions(watched, unchanged)
    for category in LEFT_OUT:
        print_left_out(category, first, later)


def print_inputs(
    watched: Watched, unchanged: Stream, later: list[LabelledComplaint], others: list[LabelledComplaint]
) -> None:
    """Blank fields, other spellings, texts of another office."""
    blank = watched.observe([without_place(row) for row in later])
    respelt = watched.observe(respelled(later))
    foreign = with_text_of(others, later)
    placed, placeless = watched.observe(foreign), watched.observe([without_place(row) for row in foreign])
    for name, changed, share in (
        ("place fields blank", blank, 1.0),
        ("place fields blank in 15 %", blank, 0.15),
        ("60 words respelt", respelt, 1.0),
        ("15 % LaporGub texts, no place", placeless, 0.15),
        ("15 % LaporGub texts, place kept", placed, 0.15),
    ):
        print_case(name, watched, unchanged, partial(changed_from, unchanged=unchanged, changed=changed, share=share))


def print_decisions(watched: Watched, unchanged: Stream) -> None:
    """The largest units: reassigned to the next larger one, or to a new one."""
    largest = [unit_id for unit_id, _ in Counter(row.decided_unit_id for row in unchanged).most_common(10) if unit_id]
    for position, old in enumerate(largest):
        for new in (largest[position - 1], NEW_UNIT):
            print_case(
                f"{old} → {'new unit' if new == NEW_UNIT else 'another'}",
                watched,
                unchanged,
                partial(reassigned_from, unchanged=unchanged, old=old, new=new),
                enough=fifty_decisions(old),
            )


def print_left_out(category: str, first: list[LabelledComplaint], later: list[LabelledComplaint]) -> None:
    """A category that the model has never seen floods in."""
    watched = learn([row for row in first if row.category != category])
    unchanged = watched.observe([row for row in later if row.category != category])
    topic = watched.observe([row for row in first + later if row.category == category])
    undecided = [replace(row, decided_unit_id="", decided_category_id="") for row in topic]
    for share in (0.15, 0.3):
        for name, rows in (("", topic), (", undecided", undecided)):
            print_case(
                f"new topic {category}, {share:.0%}{name}",
                watched,
                unchanged,
                partial(flooded_from, unchanged=unchanged, topic=rows, share=share),
            )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


def _read(path: Path) -> list[LabelledComplaint]:
    return read_exports([path], columns={}, timezone="Asia/Jakarta").rows


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
