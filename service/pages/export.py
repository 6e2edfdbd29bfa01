"""Export page (Ekspor): the complaints of a period as a file."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse, Response

from service.dependencies import CurrentSettings
from service.ledger.audit import record_event
from service.ledger.export import KINDS, write_export
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.periods import ChosenPeriod
from service.pages.frame.session import SignedIn, Supervisor

if TYPE_CHECKING:
    from service.ledger.database import Database

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Kind = Annotated[Literal["csv", "xlsx", "ringkas"], Query(alias="bentuk")]


@router.get("/ekspor")
def export_form(request: Request, user: SignedIn, period: ChosenPeriod) -> HTMLResponse:
    return desk_page(request, user, "export.html", "ekspor", period=period)


@router.get("/ekspor/berkas")
def download(
    request: Request, user: Supervisor, settings: CurrentSettings, period: ChosenPeriod, kind: Kind = "xlsx"
) -> Response:
    database: Database = request.app.state.database
    folder = Path(tempfile.mkdtemp(prefix="pilah-"))
    suffix = KINDS[kind]
    path = folder / f"pilah{suffix}"
    with database.reading() as session:
        write_export(path, kind, session, settings, names_of(request, session), (period.start, period.end))
    with database.session() as session:
        record_event(session, settings.office, user.name, "export", f"{period.first}..{period.last}")
    name = f"pilah-{settings.office}-{period.first}-{period.last}{suffix}"
    return FileResponse(path, filename=name, background=BackgroundTask(shutil.rmtree, folder))
