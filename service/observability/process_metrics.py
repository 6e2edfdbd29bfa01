"""What this service counts about itself, for Prometheus.

Counters belong to the process. With several workers each writes its own into a folder that they share, and whichever
worker is asked adds them up: prometheus_client does that where `pilah serve` has named the folder before it is imported.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

    from service.observability.request_log import Answered

# Read by prometheus_client when it is imported.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# A suggestion takes milliseconds, a batch of 1,000 about a second, an upload's page a few.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# Each counter's time of birth as a figure of its own would double the list.
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
    """Counts requests."""

    def began(self) -> None:
        _in_flight.inc()

    def answered(self, answered: Answered) -> None:
        _in_flight.dec()
        _requests.labels(answered.method, answered.route, str(answered.status)).inc()
        _seconds.labels(answered.method, answered.route).observe(answered.seconds)


def count_suggestion(status: str) -> None:
    """Count a suggestion that was answered or entered."""
    _suggestions.labels(status).inc()


def exposition(*others: Collector) -> bytes:
    """Everything counted in all workers, and what `others` find now, in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get(METRICS_FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # of a library without types
    else:
        registry.register(_own)
    for other in others:
        registry.register(other)
    return generate_latest(registry)
