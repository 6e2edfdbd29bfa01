"""`pilah predict`: suggest unit and category for one text, or for every row of a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import PilahError
from model.complaint import Complaint
from model.versions.installation import zone_named
from model.versions.office_home import Office
from training.commands.options import (
    TIMEZONE,
    Cluster,
    DateOrderName,
    Home,
    Mapped,
    OfficeName,
    SigningKey,
    TextColumnName,
    Timezone,
    home_folder,
)
from training.commands.output import label, print_predicted, say

if TYPE_CHECKING:
    from model.suggestion import Suggestion


def predict_command(
    what: Annotated[str, typer.Argument(help="A complaint's text, or a file of complaints.")],
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the file with suggestions: .csv .tsv .xlsx .parquet .jsonl"),
    ] = None,
    text: TextColumnName = None,
    mapped: Mapped = None,
    date_order: DateOrderName = None,
    cluster: Cluster = "",
    timezone: Timezone = TIMEZONE,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Suggest the unit and the category for one text, or for every row of a file.

    Examples: pilah predict "lampu jalan mati depan pasar" --office kota; pilah predict new.xlsx --office kota --out suggested.xlsx
    """
    router, _ = Office(home_folder(home), office).load_champion(signing_key, precedents=False)
    source, zone = Path(what), zone_named(timezone)
    if target is None:
        if _is_file(source):
            raise PilahError("commands.where-to-write-suggestions", source=source)
        _print_suggestion(router.suggest(Complaint(what), today=datetime.now(zone).date()))
        return
    # Only a file needs the readers and writers of tables, which take a second to import.
    from training.batch.predict_file import predict_file  # noqa: PLC0415
    from training.commands.options import columns_named  # noqa: PLC0415
    from training.commands.progress_bar import progress_bar  # noqa: PLC0415

    columns = columns_named(text, None, None, None, mapped)
    with progress_bar("suggesting", None) as advance:
        predicted = predict_file(
            router,
            source,
            target,
            columns=columns,
            zone=zone,
            date_order=date_order,
            cluster=cluster,
            progress=advance,
        )
    say("suggestions-written", count=predicted.rows, target=target, version=router.version)
    print_predicted(predicted)


def _is_file(source: Path) -> bool:
    try:
        return source.is_file()
    except OSError:  # a long text is no possible file name
        return False


def _print_suggestion(suggestion: Suggestion) -> None:
    say("suggestion", status=label(f"status-{suggestion.status}"), version=suggestion.version)
    for unit in suggestion.units:
        say("candidate", confidence=unit.confidence, name=unit.name)
    say("suggested-category", status=label(f"status-{suggestion.category_status}"))
    for category in suggestion.categories:
        say("candidate", confidence=category.confidence, name=category.name)
