"""`pilah check`: check an export for problems before a training."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

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
from training.commands import options
from training.commands.output import print_plan, print_reading, say
from training.commands.progress_bar import progress_bar
from training.commands.progress_file import progress_in
from training.dataset.plan import TrainingPlan, plan_or_problem
from training.dataset.read import read_exports
from training.dataset.sampling import MOST_ROWS
from training.fitting.fit import units_known

if TYPE_CHECKING:
    from training.checking.findings import Findings
    from training.dataset.corrections import Corrections


def check_command(
    files: Annotated[
        list[Path], typer.Argument(help="Exports: CSV, TSV, XLSX, Parquet or JSON Lines; one or several.")
    ],
    office: options.OfficeName,
    workbook: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the workbook for corrections: one sheet a problem. Named .xlsx."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Where to write the check as a page, in Indonesian.")
    ] = None,
    text: options.TextColumnName = None,
    unit: options.UnitColumnName = None,
    category: options.CategoryColumnName = None,
    date: options.DateColumnName = None,
    date_order: options.DateOrderName = None,
    mapped: options.Mapped = None,
    corrections: options.CorrectionFiles = None,
    write_units: Annotated[
        bool,
        typer.Option("--write-units", help="Write the spellings that the corrections confirm to units.csv."),
    ] = False,
    doubts: Annotated[
        bool,
        typer.Option("--doubts/--no-doubts", help="Look for likely wrong labels, which takes most of the time."),
    ] = True,
    progress: options.ProgressFile = None,
    timezone: options.Timezone = options.TIMEZONE,
    home: options.Home = None,
) -> None:
    """Check an export for problems before a training: unread columns, missing weeks, likely wrong labels.

    At the end stands whether a training starts with these rows, and what is learned and measured. Nothing is learned, and no file is changed except the named ones. Correct the workbook in a spreadsheet and pass it
    to `pilah train` or to another check with --corrections.

    Example: pilah check 2025.xlsx --office kota --out check.xlsx --html check.html
    """
    _require_suffix(workbook, ".xlsx")
    _require_suffix(html, ".html")
    place = Office(options.home_folder(home), office)
    columns = options.columns_named(text, unit, category, date, mapped)
    with progress_in(progress) as report:
        mended = read_corrections(corrections or ())
        if write_units:
            _write_units(place, mended)
        categories = place.categories()
        report.stage("reading")
        with progress_bar("reading", None, report) as advance:
            reading = read_exports(
                files,
                columns=columns,
                timezone=timezone,
                date_order=date_order,
                corrections=mended,
                categories=categories,
                lenient=True,
                progress=advance,
            )
        print_reading(reading)
        office_units = place.units()
        rules = read_rules(place.rules_file, units_known(reading.rows, office_units))
        total = steps_of(len(reading.rows)) if doubts else None
        report.stage("checking", total, rows=len(reading.rows))
        with progress_bar("checking", total, report) as advance:
            findings = check(reading, office_units, rules, categories, doubts=doubts, step=advance)
        plan = plan_or_problem(reading, office_units, categories, MOST_ROWS)
        report.stage("writing")
        if workbook is not None:
            write_check(workbook, findings)
        if html is not None:
            write_text(html, page_of(findings, plan, office=office, workbook=workbook.name if workbook else ""))
    _print_findings(findings)
    for written in filter(None, (workbook, html)):
        say("check-written", target=written)
    if isinstance(plan, TrainingPlan):
        print_plan(plan)
    else:
        say("would-not-train", warning=True, problem=plan)


def _require_suffix(path: Path | None, suffix: str) -> None:
    # Before the check, which takes minutes.
    if path is not None and path.suffix.lower() != suffix:
        raise PilahError("commands.wrong-suffix", path=path, suffix=suffix)


def _write_units(office: Office, corrections: Corrections) -> None:
    path = office.units_file
    written = add_spellings(path, corrections.merges)
    say("spellings-written", added=written.added, new_units=written.new_units, known=written.known, path=path)


def _print_findings(findings: Findings) -> None:
    for file in findings.unreadable:
        say("file-unread", warning=True, problem=file.problem)
    for code, count in _counts(findings).items():
        if count:
            say(code, count=count)


def _counts(findings: Findings) -> dict[str, int]:
    blank = findings.blank
    period = findings.period
    return {
        "empty-columns": sum(len(file.empty) for file in findings.files),
        "unread-dates": len(findings.unread_dates),
        "empty-weeks": len(period.empty_weeks) if period else 0,
        "thin-months": len(period.thin_months) if period else 0,
        "rows-without-label": len(blank.neither),
        "rows-without-unit": len(blank.no_unit),
        "rows-without-category": len(blank.no_category),
        "unclear-statuses": len(findings.unclear_statuses),
        "ambiguous-categories": sum(one.rows for one in findings.ambiguous_categories),
        "label-variants": len(findings.open_variants),
        "near-duplicate-groups": len(findings.near_duplicates),
        "conflicting-groups": len(findings.conflicts),
        "leaking-texts": len(findings.leaking),
        "doubted-units": len(findings.label_errors_of(Label.UNIT)),
        "doubted-categories": len(findings.label_errors_of(Label.CATEGORY)),
        "rare-labels": len(findings.rare),
        "confidential-rows": findings.confidential,
    }
