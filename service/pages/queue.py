"""Queue page (Antrean): waiting complaints, nearest deadline first."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.suggestion import Status
from service.contract.field_types import clean
from service.dependencies import CurrentSettings, CurrentTransaction
from service.ledger.lists.queue import ROWS_OF_PAGE, Filters, Row
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, has_units, names_of, router_of
from service.pages.frame.session import SignedIn
from service.pages.frame.undo_notice import undo_notice_of
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MOST_PAGES = 100_000
Short = Annotated[str, Query(max_length=200)]


def filters_of(
    settings: CurrentSettings,
    unit: Short = "",
    status: Short = "",
    search: Annotated[str, Query(alias="cari", max_length=200)] = "",
    group: Annotated[str, Query(alias="kelompok", max_length=64)] = "",
    late: Annotated[str, Query(alias="terlambat", max_length=5)] = "",
) -> Filters:
    """The filters of an address."""
    return Filters(
        unit=clean(unit),
        status=status if status in set(Status) else "",
        search=clean(search).strip(),
        group=clean(group),
        late_on=settings.today() if late else None,
    )


ChosenFilters = Annotated[Filters, Depends(filters_of)]
PageNumber = Annotated[int, Query(alias="hal", ge=1, le=_MOST_PAGES)]


def address_of(filters: Filters) -> str:
    """The filters as a query string."""
    parameters = {
        "unit": filters.unit,
        "status": filters.status,
        "cari": filters.search,
        "kelompok": filters.group,
        "terlambat": "ya" if filters.late_on else "",
    }
    return urlencode({name: value for name, value in parameters.items() if value})


@router.get("/")
def start() -> Response:
    return RedirectResponse("/antrean", 303)


@router.get("/antrean")
def queue_page(
    request: Request,
    user: SignedIn,
    transaction: CurrentTransaction,
    settings: CurrentSettings,
    filters: ChosenFilters,
    number: PageNumber = 1,
    decision: Annotated[str, Query(alias="putusan", max_length=36)] = "",
) -> HTMLResponse:
    rows, count = transaction.queue.page(filters, number)
    return desk_page(
        request,
        user,
        "queue.html",
        "antrean",
        rows=[_with_deadline(row, settings, request) for row in rows],
        count=count,
        complaints=transaction.queue.complaints(filters),
        filters=filters,
        query=address_of(filters),
        load=transaction.queue.load(settings.today()),
        names=names_of(request, transaction.session),
        number=number,
        pages=-(-count // ROWS_OF_PAGE),
        undo_notice=undo_notice_of(transaction, decision, user, names_of(request, transaction.session)),
        has_model=router_of(request) is not None,
        has_units=has_units(router_of(request)),
    )


def _with_deadline(row: Row, settings: Settings, request: Request) -> dict[str, object]:
    days = request.app.state.intake.deadlines.days
    left = days.until(settings.today(), row.forward_by)
    return {"row": row, "days_left": left, "deadline": indonesian.deadline(left)}
