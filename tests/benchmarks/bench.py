"""How fast Pilah is, measured in one run beside what a user would take instead.

Usage: python -m tests.benchmarks.bench [--history EXPORT.csv] [--quick] [--only PART,...] [--out FOLDER]

Without a history it works on the two sample offices, which are small and invented. Every ratio is taken within the run, so
that another load on the machine weighs on both sides. Writes bench.json and prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

import data
from model.history.index_files import read_precedents, write_indexed_history
from model.history.rows import HistoryTable
from model.language.stemming import Stemmer
from model.language.words import folded_words
from model.versions.office_home import Office
from tests.benchmarks.cost import cost_of
from tests.benchmarks.histories import history, resampled
from tests.benchmarks.measured import Figure, Run, best_of, each, made_folder
from tests.benchmarks.rivals import FastText, Signalen, labelled
from tests.benchmarks.serving import ask, constant_route, load, pilah, proportional_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from model.complaint import Complaint
    from model.history.rows import LabelledComplaint
    from model.router import Router

Made = TypeVar("Made")

_OFFICE = "bench"


@dataclass
class Bench:
    """One run's rows and folder; the model is trained once, by the training's own measurement."""

    quick: bool
    folder: Path
    run: Run
    rows: list[LabelledComplaint]

    @property
    def cut(self) -> int:
        return round(0.8 * len(self.rows))

    @property
    def newest(self) -> list[Complaint]:
        return [row.complaint for row in self.rows[self.cut :]]

    @cached_property
    def home(self) -> Path:
        """A home whose office has learned the oldest 80 %; made where the training wasn't measured."""
        home = self.folder / "home"
        if Office(home, _OFFICE).champion() is None:
            train(home, write_rows(self.rows[: self.cut], self.folder / "learned.jsonl"))
        return home

    @cached_property
    def router(self) -> Router:
        return Office(self.home, _OFFICE).load_champion("")[0]

    @cached_property
    def bodies(self) -> Path:
        """A request a line: the newest complaints."""
        file = self.folder / "bodies.txt"
        with file.open("wb") as out:
            for complaint in self.newest[:500]:
                place = {"village": complaint.location.village, "district": complaint.location.district}
                out.write(json.dumps({"text": complaint.text, "location": place}).encode() + b"\n")
        return file


def write_rows(rows: Iterable[LabelledComplaint], target: Path) -> Path:
    """Rows as an export that `pilah train` reads."""
    with target.open("w", encoding="utf-8") as out:
        for row in rows:
            complaint = row.complaint
            columns = {
                "id": complaint.reference_id,
                "text": complaint.text,
                "unit": row.unit,
                "category": row.category,
                "received_at": row.received_at.isoformat(),
                "kelurahan": complaint.location.village,
                "kecamatan": complaint.location.district,
            }
            out.write(json.dumps(columns, ensure_ascii=False) + "\n")
    return target


def train(home: Path, export: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of `pilah train`, evaluation and calibration included."""
    command = ["-m", "pilah", "train", str(export), "--office", _OFFICE, "--home", str(home)]
    cost = cost_of(command, export.parent)
    return cost.seconds, cost.peak_mb


def stemming(bench: Bench) -> None:
    """Words a second, tokenising included, and whether every word of the history has PySastrawi's own stem."""
    texts = [row.complaint.text for row in bench.rows]
    written = [folded_words(text) for text in texts]
    count = sum(map(len, written))
    vocabulary = sorted({word for words in written for word in words})
    theirs = StemmerFactory().create_stemmer()
    sample = vocabulary[:: max(1, len(vocabulary) // 2000)]
    began = time.perf_counter()
    for word in sample:
        theirs.delegatedStemmer.stem_word(word)
    their_cold = len(sample) / (time.perf_counter() - began)
    stemmer = Stemmer()
    began = time.perf_counter()
    for word in sample:
        stemmer.stem(word)
    cold = len(sample) / (time.perf_counter() - began)
    exceptions = data.stem_exceptions()
    differing = [
        word
        for word in vocabulary
        if word.isalpha()
        and 4 <= len(word) <= 30
        and word not in exceptions
        and stemmer.stem(word) != (theirs.delegatedStemmer.stem_word(word) or word)
    ]

    def ours() -> None:
        stem = stemmer.stem
        folded_words.cache_clear()
        for text in texts:
            list(map(stem, folded_words(text)))

    few = texts[: max(1, len(texts) // 20)]
    their_words = sum(len(folded_words(text)) for text in few)
    for text in few:
        theirs.stem(text)
    warm, their_warm = count / best_of(3, ours), their_words / best_of(3, lambda: [theirs.stem(text) for text in few])
    note = f"{len(vocabulary)} distinct words, {len(exceptions)} listed exceptions"
    bench.run.add(
        Figure(
            "stemming",
            "warm, tokenising included",
            warm,
            "words/s",
            "PySastrawi's own, its cache warm",
            their_warm,
            1.5e6,
            more_is_better=True,
        )
    )
    bench.run.add(Figure("stemming", "cold", cold, "words/s", "PySastrawi", their_cold, more_is_better=True))
    bench.run.add(
        Figure("stemming", "words with another stem than PySastrawi's", len(differing), "words", goal=0, note=note)
    )


def training(bench: Bench) -> None:
    """`pilah train` with its evaluation and calibration, beside fitting the two rivals once."""
    learned = write_rows(bench.rows[: bench.cut], bench.folder / "learned.jsonl")
    seconds, _ = train(bench.folder / "home", learned)
    whole, peak = train(bench.folder / "whole", write_rows(bench.rows, bench.folder / "all.jsonl"))
    ways: list[tuple[str, Callable[[Sequence[str], Sequence[str]], object]]] = [("fastText", FastText)]
    if not bench.quick:
        ways.append(("Signalen", Signalen))
    for name, way in ways:
        began = time.perf_counter()
        for label in ("unit", "category"):
            way(*labelled(bench.rows[: bench.cut], label))
        other = time.perf_counter() - began
        bench.run.add(
            Figure(
                "training",
                f"{bench.cut} rows, 4 fits, evaluation, calibration",
                seconds,
                "s",
                f"{name}, 2 fits, nothing measured",
                other,
            )
        )
    bench.run.add(Figure("training", f"all {len(bench.rows)} rows", whole, "s", goal=60, note=f"peak {peak:,.0f} MB"))


def one(bench: Bench) -> None:
    """One suggestion in process, beside the rivals' unit and category for one text."""
    asked = bench.newest
    warm, asked = asked[len(asked) // 2 :], asked[: min(500, len(asked) // 2)]
    router = bench.router
    for complaint in warm:
        router.suggest(complaint)
    bare, bare_worst = each(lambda complaint: router.suggest(complaint, evidence=False), asked)
    full, full_worst = each(router.suggest, asked)
    learned = bench.rows[: bench.cut]
    fast = [FastText(*labelled(learned, label)) for label in ("unit", "category")]
    texts = [complaint.whole_text for complaint in asked]
    fast_median, _ = each(lambda text: [way.rank([text]) for way in fast], texts)
    past = len(learned)
    bench.run.add(
        Figure(
            "one suggestion",
            "without evidence, p50",
            1000 * bare,
            "ms",
            "fastText, unit and category",
            1000 * fast_median,
            0.4,
        )
    )
    bench.run.add(Figure("one suggestion", "without evidence, p99", 1000 * bare_worst, "ms"))
    bench.run.add(Figure("one suggestion", f"with evidence, {past} past complaints, p50", 1000 * full, "ms", goal=3))
    bench.run.add(Figure("one suggestion", f"with evidence, {past} past complaints, p99", 1000 * full_worst, "ms"))


def batch(bench: Bench) -> None:
    """Suggestions a second on one core and on two, beside the rivals on the same rows."""
    asked, learned, router = bench.newest, bench.rows[: bench.cut], bench.router
    texts = [complaint.whole_text for complaint in asked]
    router.suggest_many(asked, evidence=False)
    ours = len(asked) / best_of(3, lambda: router.suggest_many(asked, evidence=False))
    fast = [FastText(*labelled(learned, label)) for label in ("unit", "category")]
    other = len(texts) / best_of(3, lambda: [way.rank(texts) for way in fast])
    bench.run.add(
        Figure(
            "batch", "one core", ours, "suggestions/s", "fastText, unit and category", other, 3000, more_is_better=True
        )
    )
    if not bench.quick:
        slow = [Signalen(*labelled(learned, label)) for label in ("unit", "category")]
        some = texts[:100]
        slowly = len(some) / best_of(1, lambda: [way.rank(some) for way in slow])
        bench.run.add(
            Figure(
                "batch", "one core", ours, "suggestions/s", "Signalen, unit and category", slowly, more_is_better=True
            )
        )
    with ProcessPoolExecutor(
        2, mp_context=get_context("spawn"), initializer=_load_router, initargs=(bench.home,)
    ) as pool:
        halves = [asked[::2], asked[1::2]]
        list(pool.map(_suggest, halves))
        two = len(asked) / best_of(3, lambda: list(pool.map(_suggest, halves)))
    bench.run.add(Figure("batch", "two cores", two, "suggestions/s", "one core", ours, more_is_better=True))


_in_this_process: list[Router] = []


def _load_router(home: Path) -> None:
    _in_this_process.append(Office(home, _OFFICE).load_champion("", precedents=False)[0])


def _suggest(complaints: Sequence[Complaint]) -> int:
    return len(_in_this_process[0].suggest_many(complaints, evidence=False))


def http(bench: Bench) -> None:
    """Requests a second of POST /v1/predictions beside a `def` route that returns a constant of the same size."""
    seconds = 2.0 if bench.quick else 5.0
    body = bench.bodies.read_bytes().splitlines()[0]
    path = "/v1/predictions?evidence=false&store=false"
    for workers in (1,) if bench.quick else (1, 2):
        with pilah(bench.home, _OFFICE, workers, body) as ours:
            constant = ask(ours.port, path, body, ours.key)
            with constant_route(constant, workers, body) as least:
                for connections in (1, 16, 64):
                    # In turns, so that whatever else the machine does weighs on both.
                    found = [
                        (
                            load(least, "/v1/predictions", bench.bodies, connections, seconds / 2),
                            load(ours, path, bench.bodies, connections, seconds / 2),
                        )
                        for _ in range(3)
                    ]
                    theirs, bare = (sorted((turn[side] for turn in found), key=_per_second)[1] for side in (0, 1))
                    what = f"{workers} worker(s), {connections} connection(s)"
                    note = f"p50 {bare['p50_ms']:.1f} ms, p99 {bare['p99_ms']:.1f} ms"
                    failures = sum(turn[1]["failures"] for turn in found)
                    bench.run.add(
                        Figure(
                            "HTTP",
                            f"{what}, of the constant route's throughput",
                            _per_second(bare) / _per_second(theirs),
                            "",
                            goal=0.5,
                            more_is_better=True,
                            note=f"{failures:.0f} failures",
                        )
                    )
                    bench.run.add(
                        Figure(
                            "HTTP",
                            f"{what}, evidence=false&store=false",
                            _per_second(bare),
                            "requests/s",
                            f"constant; {note}",
                            _per_second(theirs),
                            more_is_better=True,
                        )
                    )
                    bench.run.add(
                        Figure(
                            "HTTP",
                            f"{what}, processor time of one request",
                            bare["processor_ms"],
                            "ms",
                            "constant",
                            theirs["processor_ms"],
                        )
                    )
                    full = load(ours, "/v1/predictions", bench.bodies, connections, seconds / 2)
                    note = f"p50 {full['p50_ms']:.1f} ms, p99 {full['p99_ms']:.1f} ms"
                    bench.run.add(
                        Figure(
                            "HTTP",
                            f"{what}, with evidence",
                            _per_second(full),
                            "requests/s",
                            f"constant; {note}",
                            _per_second(theirs),
                            more_is_better=True,
                        )
                    )


def _per_second(found: dict[str, float]) -> float:
    return found["requests"] / found["seconds"]


def memory(bench: Bench) -> None:
    """Start to first answer, and what one, two and four workers hold."""
    body = bench.bodies.read_bytes().splitlines()[0]
    held = {}
    for workers in (1, 2, 4):
        with pilah(bench.home, _OFFICE, workers, body) as service:
            load(service, "/v1/predictions", bench.bodies, 8, 3.0)
            held[workers] = proportional_memory(service.process)
            if workers == 1:
                seconds = service.seconds_to_first_answer
                bench.run.add(Figure("start", "from the command to the first answer", seconds, "s", goal=3))
    bench.run.add(Figure("memory", "one worker", held[1], "MB PSS"))
    bench.run.add(Figure("memory", "four workers and their supervisor", held[4], "MB PSS", "one worker", held[1]))
    bench.run.add(Figure("memory", "each worker after the second", (held[4] - held[2]) / 2, "MB PSS", goal=220))


def precedents(bench: Bench) -> None:
    """The nearest past complaints, exact, among ever more of them: made by one process, asked by another."""
    for count in (10_000, 100_000) if bench.quick else (10_000, 100_000, 1_000_000):
        folder = bench.folder / f"past-{count}"
        made, to_make = _in_a_process_of_its_own(_make_past, folder, count)
        (read, median, worst), to_answer = _in_a_process_of_its_own(_time_precedents, folder)
        goal = 20 if count >= 100_000 else None
        note = f"p99 {1000 * worst:.1f} ms, there in {1000 * read:.0f} ms"
        among = f"among {count:,}"
        bench.run.add(Figure("precedents", f"{among}, exact, p50", 1000 * median, "ms", goal=goal, note=note))
        bench.run.add(Figure("precedents", f"{among}, process that answers", to_answer, "MB", goal=2_000))
        note = f"{to_make:,.0f} MB at most, the invented rows included"
        bench.run.add(Figure("precedents", f"{among}, stored with their index", made, "s", note=note))
        shutil.rmtree(folder)


def _in_a_process_of_its_own(work: Callable[..., Made], *given: object) -> tuple[Made, float]:
    """What the work makes, and the megabytes of its process at its peak."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        made = pool.submit(work, *given).result()
        return made, pool.submit(_peak).result()


def _peak() -> float:
    """Of this program: the system's other figure, ru_maxrss, counts from the memory of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0]) / 1024


def _make_past(folder: Path, count: int) -> float:
    rows = HistoryTable.of(resampled(count))
    began = time.perf_counter()
    write_indexed_history(folder, rows)
    return time.perf_counter() - began


def _time_precedents(folder: Path) -> tuple[float, float, float]:
    began = time.perf_counter()
    past = read_precedents(folder)
    read = time.perf_counter() - began
    asked = [row.complaint for row in resampled(400, seed=1)]
    for complaint in asked[:50]:
        past.compare(complaint)
    return read, *each(past.compare, asked[50:])


PARTS: dict[str, Callable[[Bench], None]] = {
    "stemming": stemming,
    "training": training,
    "one": one,
    "batch": batch,
    "http": http,
    "memory": memory,
    "precedents": precedents,
}


def main() -> None:
    """Run the parts and write what they find."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--history", type=Path, help="A labelled export; the sample offices otherwise.")
    parser.add_argument("--quick", action="store_true", help="Fewer and shorter measurements.")
    parser.add_argument("--only", default=",".join(PARTS), help="Parts, separated by commas.")
    parser.add_argument("--out", type=made_folder, default=Path(), help="Where bench.json goes.")
    given = parser.parse_args()
    # One suggestion, one core: the linear algebra must not help itself to the second.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    rows = history(given.history)
    run = Run(given.history.name if given.history else "sample offices", len(rows))
    with tempfile.TemporaryDirectory(prefix="pilah-bench-") as folder:
        bench = Bench(given.quick, Path(folder), run, rows)
        for part in given.only.split(","):
            PARTS[part](bench)
    run.write(given.out / "bench.json")
    Console(width=180).print(run.table())


if __name__ == "__main__":
    main()
