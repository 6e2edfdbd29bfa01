"""First answers to requests with an Idempotency-Key, kept so that a retry gets the same answer and does nothing again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from service.errors import KeyReused
from service.ledger.database import now
from service.ledger.tables import FirstAnswer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# At least a day is promised to callers.
KEPT_FOR = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Request:
    """A request with an Idempotency-Key; `content` is the operation with its body."""

    caller: str
    key: str
    content: dict[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()


class FirstAnswers:
    """The first answers of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def claim(self, request: Request) -> FirstAnswer | None:
        """Claim a key for a request; returns the first answer if the key was claimed before.

        A simultaneous request under the same key waits here for the end of the first one's transaction. Answers older
        than two days are deleted.

        Raises:
            KeyReused: the key came before with another request.
        """
        self._session.execute(delete(FirstAnswer).where(FirstAnswer.created_at < now() - KEPT_FOR))
        try:
            with self._session.begin_nested():
                self._session.add(self._claimed(request))
        except IntegrityError:
            first = self._session.get_one(FirstAnswer, (self._office, request.caller, request.key))
            if first.request_digest != request.digest:
                raise KeyReused from None
            return first
        return None

    def keep(self, request: Request, status: int, answer: dict[str, Any]) -> None:
        """Keep the answer to a request that claimed its key."""
        first = self._session.get_one(FirstAnswer, (self._office, request.caller, request.key))
        first.status, first.answer = status, answer
        self._session.flush()

    def _claimed(self, request: Request) -> FirstAnswer:
        return FirstAnswer(
            office=self._office,
            caller=request.caller,
            key=request.key,
            request_digest=request.digest,
            created_at=now(),
            status=0,
            answer={},
        )
