"""How the sample offices compare with real complaints: length, vocabulary, likeness. Prints data/README.md's table.

Usage: python tests/benchmarks/sample_statistics.py PLOT.svg [REAL.csv ...]
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer

import data
from data.exports.open import open_export
from model.language.words import words

_POINTS = (1_000, 2_000, 5_000, 10_000, 20_000)
_STYLES = ("-", "--", "-.", ":")
_LIKE = 0.8


@dataclass(frozen=True)
class Office:
    """The texts of one office; `groups` says which belong to one mass letter or are duplicates, blank where none."""

    name: str
    texts: list[str]
    groups: list[str]

    def lengths(self) -> list[int]:
        """Words a text, as they stand between spaces."""
        return [len(text.split()) for text in self.texts]

    def types(self) -> list[int]:
        """Distinct folded words among the first n running ones, for each n; texts in one random order."""
        shuffled = list(self.texts)
        random.Random(0).shuffle(shuffled)  # noqa: S311 - an order is no secret
        seen: set[str] = set()
        counts = []
        for text in shuffled:
            for word in words(text):
                seen.add(word.folded)
                counts.append(len(seen))
        return counts

    def alike(self) -> float:
        """Share of pairs over .8 in cosine of character 4-grams, pairs of one group aside."""
        matrix = TfidfVectorizer(analyzer="char", ngram_range=(4, 4), use_idf=False).fit_transform(self.texts)
        pairs = np.triu((matrix @ matrix.T).toarray() > _LIKE, 1)
        rows, columns = np.nonzero(pairs)
        apart = sum(not self.groups[i] or self.groups[i] != self.groups[j] for i, j in zip(rows, columns, strict=True))
        return apart / (len(self.texts) * (len(self.texts) - 1) / 2)

    def opening(self) -> float:
        """Share of the most frequent 5-word opening."""
        openings = Counter(" ".join(word.folded for word in words(text)[:5]) for text in self.texts)
        return openings.most_common(1)[0][1] / len(self.texts)


def main(plot: Path, real: list[Path]) -> None:
    """Print the table and draw the plot."""
    offices = [_sample("kumham"), _sample("kota"), *(_real(path) for path in real)]
    _print("| | " + " | ".join(office.name for office in offices) + " |")
    _print("|---" * (len(offices) + 1) + "|")
    _print_row("complaints", [str(len(office.texts)) for office in offices])
    for name, share in (("5 %", 0.05), ("25 %", 0.25), ("median", 0.5), ("75 %", 0.75), ("95 %", 0.95), ("longest", 1)):
        _print_row(f"words a text, {name}", [f"{np.quantile(office.lengths(), share):.0f}" for office in offices])
    curves = {office.name: office.types() for office in offices}
    for point in _POINTS:
        row = [str(curve[point - 1]) if len(curve) >= point else "-" for curve in curves.values()]
        _print_row(f"distinct among {point:,} words", row)
    _print_row("most frequent 5-word opening", [f"{office.opening():.2%}" for office in offices])
    _print_row(
        "pairs over .8 alike", [f"{office.alike():.4%}" if len(office.texts) < 2_000 else "-" for office in offices]
    )
    _draw(offices, curves, plot)


def _sample(name: str) -> Office:
    with as_file(data.sample_office(name)) as folder:
        return _read(folder / "complaints.csv", name)


def _real(path: Path) -> Office:
    return _read(path, path.parent.name)


def _read(path: Path, name: str) -> Office:
    rows = [row for row in open_export(path, columns={}).rows() if row.fields.get("text")]
    return Office(name, [row.fields["text"] for row in rows], [str(row.values.get("group") or "") for row in rows])


def _draw(offices: list[Office], curves: dict[str, list[int]], plot: Path) -> None:
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pilah", "font.size": 9})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for office, style in zip(offices, _STYLES, strict=False):
        lengths = np.sort(office.lengths())
        left.plot(lengths, np.arange(1, len(lengths) + 1) / len(lengths), style, color="black", label=office.name)
        curve = curves[office.name][:20_000:200]
        right.plot(np.arange(len(curve)) * 200, curve, style, color="black", label=office.name)
    left.set(xscale="log", xlabel="words a text", ylabel="share of texts no longer")
    right.set(xlabel="running words", ylabel="distinct words")
    left.legend(frameon=False)
    right.legend(frameon=False)
    figure.savefig(plot, metadata={"Date": None})


def _print_row(name: str, cells: list[str]) -> None:
    _print(f"| {name} | {' | '.join(cells)} |")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]])
