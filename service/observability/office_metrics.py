"""Metrics of the office for Prometheus: the model in use, the queue, the ledger and the drift alarms.

Every scrape reads the values anew, so that all workers report the same.
"""

from __future__ import annotations

import time
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text

from model.drift.alarms import Alarm, Kind
from model.errors import ArtifactError
from service.ledger.lists.queue import Queue
from service.ledger.statistics import Statistics
from service.ledger.tables import StoredComplaint, StoredDecision, Upload
from service.live_model.drift import look_for_drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric
    from sqlalchemy.orm import Session

    from service.ledger.database import Database
    from service.live_model.champion import Champion, Loaded
    from service.settings import Settings

_SIZES = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}
# Drift develops over weeks, and checking for drift reads thousands of rows.
_DRIFT_CACHE_SECONDS = 600.0


class OfficeMetrics(Collector):
    """Collects the metrics of one office."""

    def __init__(self, settings: Settings, database: Database, champion: Champion) -> None:
        self._settings = settings
        self._database = database
        self._champion = champion
        self._drift = _DriftCache()

    def describe(self) -> list[Metric]:
        """Return nothing: otherwise a registry would collect all metrics at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            loaded = self._champion.current()
        except ArtifactError:
            loaded = None
        yield from _model_metrics(loaded)
        with self._database.reading() as session:
            yield from self._queue_metrics(session)
            yield from self._ledger_metrics(session)
            if loaded is not None:
                yield from self._drift_metrics(session, loaded)

    def _queue_metrics(self, session: Session) -> Iterator[Metric]:
        load = Queue(session, self._settings.office).load(self._settings.today())
        waiting = GaugeMetricFamily(
            "pilah_queue_waiting", "Complaints that wait for a decision, by suggestion.", labels=["status"]
        )
        for status in ("confident", "review", "unsure"):
            waiting.add_metric([status], load.statuses.get(status, 0))
        yield waiting
        yield GaugeMetricFamily("pilah_queue_overdue", "Of these, past the day to be passed on.", value=load.late)
        unread = select(func.count()).where(
            Upload.office == self._settings.office, Upload.state.in_(("queued", "reading"))
        )
        yield GaugeMetricFamily(
            "pilah_uploads_waiting", "Uploaded files not yet read in.", value=session.scalar(unread) or 0
        )

    def _ledger_metrics(self, session: Session) -> Iterator[Metric]:
        for name, table in (("complaints", StoredComplaint), ("decisions", StoredDecision)):
            count = session.scalar(select(func.count()).where(table.office == self._settings.office))
            yield GaugeMetricFamily(f"pilah_ledger_{name}", f"How many {name} the ledger holds.", value=count or 0)
        size = _SIZES[session.get_bind().dialect.name]
        yield GaugeMetricFamily(
            "pilah_ledger_bytes", "The size of the ledger's database.", value=session.scalar(size) or 0
        )

    def _drift_metrics(self, session: Session, loaded: Loaded) -> Iterator[Metric]:
        alarms = self._drift.alarms(loaded, Statistics(session, self._settings.office))
        family = GaugeMetricFamily("pilah_drift_alarms", "Alarms of drift that ring, by kind.", labels=["kind"])
        for kind in Kind:
            family.add_metric([kind.value], sum(alarm.kind == kind for alarm in alarms))
        yield family


class _DriftCache:
    """The drift alarms of the latest check, renewed every ten minutes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = ""
        self._expires_at = 0.0
        self._alarms: tuple[Alarm, ...] = ()

    def alarms(self, loaded: Loaded, statistics: Statistics) -> tuple[Alarm, ...]:
        with self._lock:
            if time.monotonic() > self._expires_at or self._version != loaded.router.version:
                self._alarms, _ = look_for_drift(loaded, statistics)
                self._version = loaded.router.version
                self._expires_at = time.monotonic() + _DRIFT_CACHE_SECONDS
            return self._alarms


def _model_metrics(loaded: Loaded | None) -> Iterator[Metric]:
    yield GaugeMetricFamily("pilah_model_usable", "1 where a model answers, else 0.", value=float(loaded is not None))
    if loaded is None:
        return
    trained = datetime.fromisoformat(loaded.card["trained_at"]).timestamp()
    info = GaugeMetricFamily("pilah_model_info", "The version that answers.", labels=["version"])
    info.add_metric([loaded.router.version], 1)
    yield info
    yield GaugeMetricFamily("pilah_model_trained_timestamp_seconds", "When that version was trained.", value=trained)
    yield GaugeMetricFamily("pilah_model_age_seconds", "How long ago that was.", value=time.time() - trained)
