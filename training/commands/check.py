"""`pilah check`: what is wrong with an export, before anything is learned from it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from data.errors import PilahError
from data.files import write_text
from model.office.rules import read_rules
from model.versions.office_home import Office
from training.checking.check import check
from training.checking.corrections_file import read_corrections
from training.checking.findings import Label
from training.checking.label_errors import steps_of
from training.checking.page import page_of
from training.checking.units_file import add_spellings
from training.checking.workbook import write_check
from training.commands.options import (
    TIMEZONE,
    CategoryColumnName,
    CorrectionFiles,
    DateColumnName,
    Home,
    Mapped,
    OfficeName,
    ProgressFile,
    TextColumnName,
    UnitColumnName,
    columns_named,
    home_folder,
)
from training.commands.output import print_understood
from training.commands.progress_bar import progress_bar
from training.commands.progress_file import told_in
from training.dataset.read import read_exports
from training.fitting.fit import units_known

if TYPE_CHECKING:
    from training.checking.findings import Findings
    from training.dataset.corrections import Corrections

out = Console(soft_wrap=True)


def check_command(
    files: Annotated[
        list[Path], typer.Argument(help="Exports: CSV, TSV, XLSX, Parquet or JSON Lines; one or several.")
    ],
    office: OfficeName,
    workbook: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the workbook to mend: one sheet a problem. Named .xlsx."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Where to write the check as a page, in Indonesian.")
    ] = None,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    corrections: CorrectionFiles = None,
    write_units: Annotated[
        bool,
        typer.Option(
            "--write-units", help="Write the spellings that the corrections confirm into the office's units.csv."
        ),
    ] = False,
    doubts: Annotated[
        bool,
        typer.Option(
            "--doubts/--no-doubts", help="Look for labels that are likely wrong, which takes most of the time."
        ),
    ] = True,
    progress: ProgressFile = None,
    home: Home = None,
) -> None:
    """Look an export over before a training: what is understood, what is missing, which labels look wrong.

    Nothing is learned, and no file is changed but those named. The workbook can be mended in a spreadsheet and given back
    with --corrections, to `pilah train` or to another check.

    Example: pilah check 2025.xlsx --office kota --out check.xlsx --html check.html
    """
    _require_names(workbook, html)
    place = Office(home_folder(home), office)
    columns = columns_named(text, unit, category, date, mapped)
    with told_in(progress) as told:
        mended = read_corrections(corrections or ())
        if write_units:
            _write_units(place, mended)
        told.stage("reading")
        with progress_bar("reading", None, told) as advance:
            reading = read_exports(
                files, columns=columns, timezone=TIMEZONE, corrections=mended, lenient=True, progress=advance
            )
        print_understood(reading)
        office_units = place.units()
        rules = read_rules(place.rules_file, units_known(reading.rows, office_units))
        total = steps_of(len(reading.rows)) if doubts else None
        told.stage("checking", total, rows=len(reading.rows))
        with progress_bar("checking", total, told) as advance:
            findings = check(reading, office_units, rules, doubts=doubts, step=advance)
        told.stage("writing")
        if workbook is not None:
            write_check(workbook, findings)
        if html is not None:
            write_text(html, page_of(findings, office=office, workbook=workbook.name if workbook else ""))
    _print_findings(findings)
    for written in filter(None, (workbook, html)):
        out.print(f"Written: {written}", markup=False)


def _require_names(workbook: Path | None, html: Path | None) -> None:
    # Said before the minutes that the check takes, not after them.
    for path, suffix in ((workbook, ".xlsx"), (html, ".html")):
        if path is not None and path.suffix.lower() != suffix:
            raise PilahError(f"{path}: name the file {suffix}, such as check{suffix}")


def _write_units(place: Office, mended: Corrections) -> None:
    path = place.own_folder / "units.csv"
    written = add_spellings(path, mended.merges)
    out.print(
        f"{written.added} spellings written to {path}"
        + (f", {written.new_units} of them with a new unit" if written.new_units else "")
        + (f"; {written.known} were known already" if written.known else ""),
        markup=False,
    )


def _print_findings(found: Findings) -> None:
    for file in found.unreadable:
        out.print(f"Not read: {file.problem}", style="yellow", markup=False)
    for text, count in _summary(found):
        if count:
            out.print(f"  {count:>6}  {text}", markup=False)


def _summary(found: Findings) -> list[tuple[str, int]]:
    blank = found.blank
    period = found.period
    return [
        ("columns without a single cell", sum(len(file.empty) for file in found.files)),
        ("dates that can't be read", len(found.unread_dates)),
        ("weeks without a row", len(period.empty_weeks) if period else 0),
        ("months with far fewer rows than usual", len(period.thin_months) if period else 0),
        ("rows without unit and category", len(blank.neither)),
        ("rows without unit", len(blank.no_unit)),
        ("rows without category", len(blank.no_category)),
        ("names that look like another spelling of one label", len(found.open_spellings)),
        ("groups of nearly the same texts", len(found.repeats)),
        ("groups of nearly the same texts with different labels", len(found.conflicts)),
        ("texts that name the unit they are meant for", len(found.leaking)),
        ("units that are likely wrong", len(found.doubts_of(Label.UNIT))),
        ("categories that are likely wrong", len(found.doubts_of(Label.CATEGORY))),
        ("labels with at most three rows", len(found.rare)),
        ("confidential rows, shown by their place only", found.confidential),
    ]
