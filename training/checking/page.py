"""The findings of a check as HTML: a section for the report, and a page of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from data.errors import PilahError
from data.indonesian import day, number
from data.messages import Language, message
from training.checking import indonesian
from training.checking.findings import Label
from training.checking.workbook import SHEETS
from training.dataset.corrections import correction_code

if TYPE_CHECKING:
    from training.checking.findings import Findings
    from training.dataset.plan import TrainingPlan

# The workbook has all rows.
_ROWS_SHOWN = 20
_LONGEST_EXCERPT = 220


def section_of(findings: Findings, plan: TrainingPlan | PilahError | None = None, *, workbook: str = "") -> Markup:
    """The findings as an escaped Indonesian `<section class="check" id="pemeriksaan">` with headings h2 and h3.

    The calling page puts the rules of `STYLE` into its `<style>`. `workbook` names the workbook with all rows, if any;
    `plan` is what a training would do, or the error that it would end with.
    """
    return Markup(  # noqa: S704 - Jinja2 has escaped every value
        _templates()
        .get_template("section.html")
        .render(found=findings, workbook=workbook, counts=_counts(findings), outlook=_outlook(plan))
    )


def page_of(
    findings: Findings, plan: TrainingPlan | PilahError | None = None, *, office: str, workbook: str = ""
) -> str:
    """The findings as a self-contained page, in light and dark, and for A4 paper."""
    section = section_of(findings, plan, workbook=workbook)
    return _templates().get_template("page.html").render(section=section, style=Markup(STYLE), office=office)  # noqa: S704


def _outlook(plan: TrainingPlan | PilahError | None) -> list[str]:
    """Sentences on whether a training would start, on what, and what its suggestions would lack."""
    indonesian = Language.INDONESIAN
    if plan is None:
        return []
    if isinstance(plan, PilahError):
        return [message("commands.would-not-train", indonesian, problem=plan)]
    counts = {"units": plan.units, "categories": plan.categories}
    sentences = [message("commands.would-train", indonesian, rows=plan.rows, **counts)]
    if held_back := len(plan.split.held_back):
        sentences.append(message("commands.would-measure", indonesian, rows=held_back, labels=plan.measured()))
    return [*sentences, *(each.told_in(indonesian) for each in plan.shortcomings())]


def _counts(found: Findings) -> list[tuple[str, str, int]]:
    """Anchor, title and number of each kind of finding, without the empty kinds."""
    counts = [
        ("tidak-terbaca", "berkas tidak terbaca", len(found.unreadable)),
        ("kolom-kosong", "kolom kosong seluruhnya", sum(len(file.empty) for file in found.files)),
        ("urutan-tanggal", "catatan tentang cara tanggal dibaca", len(found.date_notices)),
        ("sel", "catatan tentang sel dan baris", sum(len(file.adjustments) for file in found.files)),
        ("tanggal", "tanggal tidak terbaca", len(found.unread_dates)),
        (
            "label-kosong",
            "baris tanpa label",
            sum(map(len, (found.blank.neither, found.blank.no_unit, found.blank.no_category))),
        ),
        ("nomor", "baris dengan nomor pengaduan lain", sum(found.told_apart.values())),
        ("status", "status yang mungkin berarti dikembalikan", len(found.unclear_statuses)),
        ("kategori-senama", "nama yang dimiliki beberapa kategori", len(found.ambiguous_categories)),
        ("ejaan", "nama dengan ejaan berbeda", len(found.open_variants)),
        ("bertentangan", "pengaduan serupa dengan label berbeda", len(found.conflicts)),
        ("unit-diragukan", "unit yang diragukan", len(found.label_errors_of(Label.UNIT))),
        ("kategori-diragukan", "kategori yang diragukan", len(found.label_errors_of(Label.CATEGORY))),
        ("berulang", "pengaduan yang berulang", len(found.near_duplicates)),
        ("bocor", "teks yang menyebut unit tujuan", len(found.leaking)),
        ("jarang", "label dengan sedikit baris", len(found.rare)),
        ("terlewati", "baris lain yang tidak dipakai", len(found.other_left_out)),
    ]
    return [count for count in counts if count[2]]


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_EXCERPT else f"{flat[:_LONGEST_EXCERPT].rsplit(' ', 1)[0]} …"


@cache
def _templates() -> Environment:
    # An undefined name is a bug, so it fails instead of leaving a gap in the page.
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(shown=_ROWS_SHOWN, sheets=SHEETS, Label=Label)
    templates.filters.update(
        field=indonesian.field,
        kind=lambda kind: indonesian.KINDS[kind],
        fallback=indonesian.fallback,
        corrected=lambda correction: message(correction_code(correction), Language.INDONESIAN),
        told_apart=lambda key, count: message(f"commands.told-apart-by-{key}", Language.INDONESIAN, count=count),
        unreadable=indonesian.unreadable,
        day=day,
        sentence=lambda sentence: sentence.told_in(Language.INDONESIAN),
        month=lambda moment: day(moment, "MMMM y"),
        number=number,
        share=indonesian.share,
        excerpt=_excerpt,
        label=lambda label: indonesian.LABELS[label],
    )
    return templates


STYLE = """
.check { --check-line: #c9c9c9; --check-soft: #f3f4f6; --check-bar: #4b6cb7; }
.check table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .92em; }
.check th, .check td { border-bottom: 1px solid var(--check-line); padding: .3rem .5rem .3rem 0; text-align: left; vertical-align: top; overflow-wrap: break-word; }
.check td.n, .check th.n { text-align: right; white-space: nowrap; }
.check caption { text-align: left; padding-bottom: .2rem; }
.check td.place { min-width: 8rem; }
.check .scroll { overflow-x: auto; }
.check .scroll table.wide { min-width: 42rem; }
.check h3 { margin: 2rem 0 .3rem; break-after: avoid; }
.check .what { margin: .2rem 0; max-width: 46rem; }
.check .muted { opacity: .75; }
.check svg { max-width: 100%; height: auto; }
.check svg rect { fill: var(--check-bar); }
.check svg text { fill: currentColor; font: 11px sans-serif; }
@media (prefers-color-scheme: dark) { .check { --check-line: #4a4f58; --check-soft: #23262d; --check-bar: #8fa8e8; } }
@media print { .check { --check-line: #c9c9c9; --check-bar: #4b6cb7; } .check tr, .check svg { break-inside: avoid; } .check .scroll { overflow: visible; } .check .scroll table.wide { min-width: 0; } }
"""
