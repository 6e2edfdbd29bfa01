"""Counters of the service for Prometheus: requests and suggestions.

Counters belong to a process. Several workers write into a shared folder, and the worker that answers adds up the
counters: prometheus_client does so where `pilah serve` has set the folder before the import.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

    from service.observability.request_log import AnsweredRequest

# Read by prometheus_client when it is imported.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# A suggestion takes milliseconds, a batch of 1,000 about a second, an upload a few seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# The creation times of counters would double the number of metrics.
disable_created_metrics()  # type: ignore[no-untyped-call]  # of a library without types
_own = CollectorRegistry()
_requests = Counter(
    "pilah_requests", "Requests answered, by route and status.", ("method", "route", "status"), registry=_own
)
_seconds = Histogram(
    "pilah_request_seconds", "How long an answer took.", ("method", "route"), buckets=_BUCKETS, registry=_own
)
_in_flight = Gauge(
    "pilah_requests_in_flight", "Requests being answered now.", registry=_own, multiprocess_mode="livesum"
)
_suggestions = Counter(
    "pilah_suggestions", "Suggestions made, by the status of their unit.", ("status",), registry=_own
)


class RequestMetrics:
    """Counts requests and measures durations."""

    def on_start(self) -> None:
        _in_flight.inc()

    def on_end(self, request: AnsweredRequest) -> None:
        _in_flight.dec()
        _requests.labels(request.method, request.route, str(request.status)).inc()
        _seconds.labels(request.method, request.route).observe(request.seconds)


def count_suggestion(status: str) -> None:
    """Count a suggestion that was answered or entered."""
    _suggestions.labels(status).inc()


def exposition(*others: Collector) -> bytes:
    """The counters of all workers and the present metrics of `others`, in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get(METRICS_FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # of a library without types
    else:
        registry.register(_own)
    for other in others:
        registry.register(other)
    return generate_latest(registry)
