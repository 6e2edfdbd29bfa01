"""Transactions on the ledger's database, each with one of the things that can be done in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from service.ledger.accounts import Accounts
from service.ledger.database import READS_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


class Access:
    """Opens transactions for one office; each is committed when its block ends well, and never happened otherwise."""

    def __init__(self, engine: Engine, office: str) -> None:
        self.engine = engine
        self._reading = engine.execution_options(**{READS_ONLY: True})
        self._office = office

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write."""
        with Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and never waits for a writer."""
        with Session(self._reading) as session, session.begin():
            yield session

    def unopened(self, *, reading: bool) -> Session:
        """A session whose transaction begins with its first word; whoever asked for it commits and closes it."""
        return Session(self._reading if reading else self.engine)

    @contextmanager
    def accounts(self) -> Iterator[Accounts]:
        with self.session() as session:
            yield Accounts(session, self._office)
