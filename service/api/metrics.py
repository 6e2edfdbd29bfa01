"""The route of Prometheus metrics. A key is needed as for the API: volumes and backlogs are the office's own."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.api.authentication import Authenticated
from service.observability.process_metrics import exposition

if TYPE_CHECKING:
    from service.observability.office_metrics import OfficeMetrics

router = APIRouter(include_in_schema=False, dependencies=[Authenticated])


@router.get("/metrics")
def metrics(request: Request) -> Response:
    office: OfficeMetrics = request.app.state.office_metrics
    return Response(exposition(office), media_type=CONTENT_TYPE_LATEST)
