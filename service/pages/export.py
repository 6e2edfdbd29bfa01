"""Export page (Ekspor): the complaints of a period as a file."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from service.dependencies import CurrentSettings
from service.ledger.access.audit import record_event
from service.ledger.export import KINDS, write_export
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.periods import ChosenPeriod
from service.pages.frame.session import SignedIn, Supervisor

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SENT_AT_ONCE = 1 << 18
_MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Kind = Annotated[Literal["csv", "xlsx", "ringkas"], Query(alias="bentuk")]


@router.get("/ekspor")
def export_form(request: Request, user: SignedIn, period: ChosenPeriod) -> HTMLResponse:
    return desk_page(request, user, "export.html", "ekspor", period=period)


@router.get("/ekspor/berkas")
def download(
    request: Request, user: Supervisor, settings: CurrentSettings, period: ChosenPeriod, kind: Kind = "xlsx"
) -> Response:
    database: Database = request.app.state.database
    suffix = KINDS[kind]
    # The open file outlives its folder: nothing is left behind, whether writing or sending fails.
    with tempfile.TemporaryDirectory(prefix="pilah-") as folder:
        path = Path(folder) / f"pilah{suffix}"
        with database.reading() as session:
            write_export(path, kind, session, settings, names_of(request, session), (period.start, period.end))
        file = path.open("rb")
    with database.session() as session:
        record_event(session, settings.office, user.name, "export", f"{period.first}..{period.last}")
    name = f"pilah-{settings.office}-{period.first}-{period.last}{suffix}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(os.fstat(file.fileno()).st_size),
    }
    return StreamingResponse(_parts(file), media_type=_MEDIA_TYPES[suffix], headers=headers)


def _parts(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while part := file.read(_SENT_AT_ONCE):
            yield part
