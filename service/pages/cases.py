"""Case lists: the complaints or decisions behind a figure (Daftar), and the user's own decisions of today."""

from datetime import UTC, datetime, time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from service.contract.field_types import clean
from service.dependencies import CurrentSettings, CurrentTransaction
from service.ledger.lists.queue import ROWS_OF_PAGE, CaseFilters
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.indonesian import VERDICTS
from service.pages.frame.periods import ChosenPeriod
from service.pages.frame.session import SignedIn
from service.pages.queue import PageNumber, Short

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# Parameters with a field in the page's form; hidden fields keep the remaining parameters.
_FORM_FIELDS = {"dari", "sampai", "search"}


@router.get("/daftar")
def cases(
    request: Request,
    user: SignedIn,
    transaction: CurrentTransaction,
    settings: CurrentSettings,
    period: ChosenPeriod,
    number: PageNumber = 1,
    verdict: Annotated[str, Query(alias="putusan", max_length=10)] = "",
    unit: Short = "",
    suggested: Annotated[str, Query(alias="disarankan", max_length=200)] = "",
    decided: Annotated[str, Query(alias="diputuskan", max_length=200)] = "",
    returned: Annotated[str, Query(alias="kembali", max_length=5)] = "",
    by: Annotated[str, Query(alias="menurut", max_length=10)] = "",
    unsettled: Annotated[str, Query(alias="belum_selesai", max_length=5)] = "",
    late: Annotated[str, Query(alias="terlambat", max_length=5)] = "",
    hasty: Annotated[str, Query(alias="tergesa", max_length=5)] = "",
    search: Short = "",
) -> HTMLResponse:
    filters = CaseFilters(
        start=period.start,
        end=period.end,
        verdict=verdict if verdict in VERDICTS else "",
        unit=clean(unit),
        suggested=clean(suggested),
        decided=clean(decided),
        returned=bool(returned),
        by="decided" if by == "putusan" or returned or hasty else "received",
        search=clean(search).strip(),
        unsettled=bool(unsettled),
        overdue_on=settings.today() if late else None,
        hasty=bool(hasty),
    )
    rows, count = transaction.queue.cases(filters, number)
    parameters = {
        "dari": str(period.first),
        "sampai": str(period.last),
        "putusan": filters.verdict,
        "unit": filters.unit,
        "disarankan": filters.suggested,
        "diputuskan": filters.decided,
        "kembali": "ya" if filters.returned else "",
        "menurut": "putusan" if filters.by == "decided" else "",
        "search": filters.search,
        "belum_selesai": "ya" if filters.unsettled else "",
        "terlambat": "ya" if filters.overdue_on else "",
        "tergesa": "ya" if filters.hasty else "",
    }
    parameters = {name: value for name, value in parameters.items() if value}
    return desk_page(
        request,
        user,
        "cases.html",
        "dasbor",
        rows=rows,
        count=count,
        number=number,
        pages=-(-count // ROWS_OF_PAGE),
        period=period,
        filters=filters,
        query=urlencode(parameters),
        hidden_fields=[item for item in parameters.items() if item[0] not in _FORM_FIELDS],
        names=names_of(request, transaction.session),
    )


@router.get("/putusan-saya")
def own_decisions(
    request: Request, user: SignedIn, transaction: CurrentTransaction, settings: CurrentSettings
) -> HTMLResponse:
    """List the user's own decisions of today; each can be undone until midnight, and later on the complaint's page."""
    midnight = datetime.combine(settings.today(), time(), settings.zone).astimezone(UTC).replace(tzinfo=None)
    return desk_page(
        request,
        user,
        "own_decisions.html",
        "antrean",
        decisions=transaction.queue.decided_by(user.name, midnight),
        names=names_of(request, transaction.session),
        today=settings.today(),
    )
