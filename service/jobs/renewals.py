"""Suggest anew, in the background, for waiting complaints after a change of the model, the units or the rules.

The old suggestion stays in the ledger. One process at a time does the work, in batches; each batch is one transaction.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from data.ids import time_ordered_id
from model.errors import ArtifactError
from service.ledger.complaints import Complaints, to_complaint
from service.ledger.database import UNAVAILABLE
from service.ledger.renewal import Renewal
from service.ledger.returns import Returns

if TYPE_CHECKING:
    from service.jobs.intake import Intake
    from service.ledger.database import Database
    from service.live_model.champion import Champion

logger = logging.getLogger(__name__)

_BATCH = 100
_LOOK_EVERY_SECONDS = 2
# After an unexpected error the next try would most likely fail too.
_WAIT_AFTER_BUG_SECONDS = 60
# Officers' requests are answered between two batches.
_PAUSE_SECONDS = 0.01
_CLAIM_EXPIRES_AFTER = timedelta(seconds=30)


class Renewals:
    """Looks every two seconds for waiting complaints with an outdated suggestion, and renews them."""

    def __init__(self, database: Database, champion: Champion, intake: Intake) -> None:
        self._database = database
        self._champion = champion
        self._intake = intake
        self._office = intake.settings.office
        self._holder = time_ordered_id()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="renewals", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop after the present batch; the rest is renewed after the next start."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def renew_all(self) -> int:
        """Renew every outdated suggestion unless another process does; returns the number of complaints."""
        renewed = 0
        while not self._closing.is_set() and (count := self._renew_batch()):
            renewed += count
            self._closing.wait(_PAUSE_SECONDS)
        return renewed

    def _work(self) -> None:
        wait = _LOOK_EVERY_SECONDS
        while not self._closing.wait(wait):
            wait = _LOOK_EVERY_SECONDS
            try:
                renewed = self.renew_all()
            except ArtifactError:
                # Without a model there are no suggestions; pages and /readyz say so.
                continue
            except UNAVAILABLE:
                logger.warning("The renewal of suggestions waits for the ledger")
            except Exception:
                logger.exception("The renewal of suggestions broke off")
                wait = _WAIT_AFTER_BUG_SECONDS
            else:
                if renewed:
                    logger.info("Renewed the suggestions of %d waiting complaints", renewed)

    def _renew_batch(self) -> int:
        router = self._champion.current().router
        today = self._intake.settings.today()
        basis = router.basis(today)
        with self._database.reading() as session:
            if not Renewal(session, self._office).any_outdated(basis):
                return 0
        with self._database.session() as session:
            if not Renewal(session, self._office).claim(self._holder, _CLAIM_EXPIRES_AFTER):
                return 0
        # Suggesting takes long, and a writing transaction blocks other writers: suggest before the transaction.
        with self._database.reading() as session:
            outdated = Renewal(session, self._office).outdated(basis, _BATCH)
            complaints = {entry.id: to_complaint(entry) for entry in outdated}
            systems = [entry.system for entry in outdated]
            known = Returns(session, self._office).with_returns(list(complaints.values()), systems)
        suggestions = router.suggest_many(known, today=today)
        with self._database.session() as session:
            renewal = Renewal(session, self._office)
            if not renewal.claim(self._holder, _CLAIM_EXPIRES_AFTER):
                return 0
            by_id = dict(zip(complaints, suggestions, strict=True))
            ledger = Complaints(session, self._office)
            entries = renewal.still_outdated(list(by_id), basis)
            # While these are in memory, `renew` needs no query, and all statements are sent together.
            earlier = ledger.suggestions_of(entries)
            for entry in entries:
                self._intake.renew(ledger, entry, by_id[entry.id])
            del earlier
        return len(complaints)
