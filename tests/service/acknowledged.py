"""What a client of the API knows of a complaint from the answers, and what the ledger must therefore hold.

A request without an answer may have been executed or not. Sent again, it gets an answer, and the client knows again.
"""

from __future__ import annotations

import http
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from service.ledger.tables import AuditEvent, StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_OK, _CREATED, _NO_CONTENT = http.HTTPStatus.OK, http.HTTPStatus.CREATED, http.HTTPStatus.NO_CONTENT
_NOT_FOUND, _CONFLICT, _INVALID = (
    http.HTTPStatus.NOT_FOUND,
    http.HTTPStatus.CONFLICT,
    http.HTTPStatus.UNPROCESSABLE_ENTITY,
)
_MOST_TEXTS = 2
_KEPT_UNDER_A_KEY = (_CREATED, _NO_CONTENT, _CONFLICT)


class Kind(StrEnum):
    """An operation, by the name of its event in the audit log; a prediction has none."""

    PREDICTION = "prediction"
    DECISION = "decision"
    RETURN = "return"
    UNDO = "undo"


class Answer(NamedTuple):
    """Status 0 if the service died before answering."""

    status: int
    content: Any = None


@dataclass(eq=False)
class Request:
    """A request that may be sent several times. `decision_id`: the undone or returned decision."""

    kind: Kind
    method: str
    path: str
    body: dict[str, Any] | None = None
    key: str = ""
    decision_id: str = ""
    was_unanswered: bool = False
    first: Answer | None = None


@dataclass
class _Decision:
    id: str
    request: Request
    end: Kind | None = None
    reason: str = ""


@dataclass
class Case:
    """A text of one client's complaint, with the acknowledged decisions and the requests without an answer.

    `version` counts the system's texts; Pilah numbers revisions across systems, so `revision` is learned from the first
    look, as is Pilah's `id`. `followed_by` is the changed text.
    """

    reference: str
    system: str = ""
    version: int = 1
    id: str = ""
    revision: int = 0
    followed_by: Case | None = None
    faults: list[str] = field(default_factory=list)
    suggestions: set[str] = field(default_factory=set)
    decisions: list[_Decision] = field(default_factory=list)
    answered: list[Request] = field(default_factory=list)
    unanswered: list[Request] = field(default_factory=list)
    acknowledged: Counter[Kind] = field(default_factory=Counter)
    retries: int = 0

    @property
    def standing(self) -> _Decision | None:
        last = self.decisions[-1] if self.decisions else None
        return last if last and last.end is None else None

    @property
    def was_returned(self) -> bool:
        return any(decision.end == Kind.RETURN for decision in self.decisions)

    def record(self, sent: list[tuple[Request, Answer]]) -> None:
        """Compare the answers to simultaneous requests with what is known, and learn from them."""
        for request, answer in sent:
            if not answer.status:
                request.was_unanswered = True
                self.unanswered += [request] if request not in self.unanswered else []
        # Whatever came first succeeded, and the other requests were answered in view of that.
        answers = [(request, answer) for request, answer in sent if answer.status]
        for request, answer in sorted(answers, key=lambda pair: pair[1].status):
            self._compare(request, answer)
            if (request, Answer(0)) not in sent and request in self.unanswered:
                self.unanswered.remove(request)

    def with_changed_text(self) -> Case:
        """The next revision, whose text is about to be sent."""
        self.followed_by = Case(self.reference, self.system, self.version + 1)
        return self.followed_by

    @property
    def path(self) -> str:
        """Where the API gives this revision: a reference gives the newest."""
        return f"/v1/complaints/{self.id or self.reference}"

    @property
    def is_only_text(self) -> bool:
        return self.version == 1 and self.followed_by is None

    def may_be_repeated(self, request: Request) -> bool:
        """Whether a late retry of an answered request means the same as the first."""
        if request.key and request.first:
            return True
        # Without a key the retry of a decision that no longer stands is a new decision: no client may send it.
        if request.kind == Kind.DECISION:
            return self.standing is not None and self.followed_by is None
        if request.kind == Kind.PREDICTION:
            return self.followed_by is None
        # What names no decision may mean another revision's.
        return request.kind == Kind.UNDO or self.is_only_text or _names_decision(request)

    def expected(self, request: Request) -> tuple[int, str]:
        """Status, and the id of the decision in the answer; blank for a new decision and without any."""
        if request.kind == Kind.PREDICTION:
            return _OK, ""
        if request.kind == Kind.DECISION:
            return self._expected_decision(request)
        if request.kind == Kind.UNDO:
            return (_NO_CONTENT if self._named(request.decision_id).end is None else _NOT_FOUND), ""
        return self._expected_return(request)

    def check(self, status: int, stored: Any) -> None:
        """Compare the stored complaint, as the API gives it, with what was acknowledged."""
        if not self.acknowledged:
            return
        if status != _OK:
            self._fault(f"the complaint is lost ({status})")
            return
        self.id, self.revision = self.id or stored["id"], self.revision or stored["revision"]
        if (stored["id"], stored["revision"]) != (self.id, self.revision) or not stored["suggestion"]:
            self._fault("the prediction is lost or doubled")
        entries: list[dict[str, Any]] = stored["decisions"]
        self._check_decisions(entries)
        standing = [entry["id"] for entry in entries if entry["undone_at"] is None]
        if len(standing) > 1:
            self._fault(f"{len(standing)} decisions stand")
        # Whether a changed text without an answer was stored is unknown.
        is_newest = self.followed_by is None
        if not (self.followed_by and self.followed_by.unanswered) and stored["waiting"] != (is_newest and not standing):
            self._fault("decided and waiting don't agree")
        moments = [moment for entry in entries for moment in (entry["decided_at"], entry["undone_at"]) if moment]
        if moments != sorted(moments):
            self._fault("a decision begins before the earlier one ends")

    def check_rows(self, session: Session) -> None:
        """Compare the ledger's rows and the audit log with what was acknowledged; no request may wait for its answer."""
        texts = session.query(StoredComplaint).filter_by(reference_id=self.reference, system=self.system)
        rows = texts.order_by(StoredComplaint.revision).all()
        if len(rows) < self.version or (self.followed_by is None and len(rows) != self.version):
            self._fault(f"{len(rows)} texts")
            return
        row_of_text = rows[self.version - 1]
        reasons = {decision.id: decision.reason for decision in self.decisions}
        for row in session.query(StoredDecision).filter_by(complaint_id=row_of_text.id):
            if row.return_reason != reasons.get(row.id):
                self._fault(f"{row.id}: the reason of the return isn't the acknowledged one")
        events = session.query(AuditEvent.action).filter_by(subject=row_of_text.id).order_by(AuditEvent.id)
        known = [event for each in self.decisions for event in (Kind.DECISION, each.end) if event]
        if [action for (action,) in events] != known:
            self._fault(f"the audit log has {[action for (action,) in events]}, acknowledged were {known}")

    def _check_decisions(self, entries: list[dict[str, Any]]) -> None:
        """Every acknowledged decision, in order, with its end; at most one more, asked for by an unanswered request."""
        ids, known = [entry["id"] for entry in entries], [decision.id for decision in self.decisions]
        open_kinds = {request.kind for request in self.unanswered}
        if ids[: len(known)] != known:
            self._fault(f"acknowledged were the decisions {known}, the ledger has {ids}")
            return
        if len(ids) - len(known) > (Kind.DECISION in open_kinds):
            self._fault(f"the ledger has decisions that nobody asked for: {ids[len(known) :]}")
        for entry, decision in zip(entries, self.decisions, strict=False):
            end = Kind.RETURN if entry["returned_at"] else Kind.UNDO if entry["undone_at"] else None
            if end != decision.end and not (decision is self.standing and end in open_kinds):
                self._fault(f"{decision.id}: acknowledged end {decision.end}, the ledger has {end}")
            if entry["officer"] != (decision.request.body or {})["officer"]:
                self._fault(f"{decision.id}: the officer is another's")

    def _compare(self, request: Request, answer: Answer) -> None:
        if request.key and request.first:
            if _stable(request.first) != _stable(answer):
                self._fault(f"{request.kind} under a used key: first {request.first}, then {answer}")
            return
        status, decision_id = self.expected(request)
        rivals = [other for other in self.unanswered if other is not request and other.kind == Kind.DECISION]
        if request.kind == Kind.DECISION and answer.status == _CONFLICT and rivals:
            # The rival's decision stands, and its retry will tell the id.
            request.first = answer
            return
        # Without a key the retry of an undo can't tell that the first one was executed.
        undone_before = request.kind == Kind.UNDO and request.was_unanswered and not request.key
        if undone_before and status == _NO_CONTENT and answer.status == _NOT_FOUND:
            answer = Answer(_NO_CONTENT)
        given_id = answer.content.get("id", "") if answer.status == _CREATED else ""
        if answer.status != status or (decision_id and given_id != decision_id):
            self._fault(f"{request.kind}: expected {status} {decision_id}, got {answer}")
            return
        if answer.status in _KEPT_UNDER_A_KEY:
            request.first = answer
        self._learn(request, answer)

    def _learn(self, request: Request, answer: Answer) -> None:
        if request not in self.answered:
            self.answered.append(request)
        before = len(self.decisions), self.standing
        if request.kind == Kind.PREDICTION:
            self.suggestions.add(answer.content["suggestion_id"])
            self.acknowledged[request.kind] = 1
        elif request.kind == Kind.DECISION and answer.status == _CREATED and self.standing is None:
            self.decisions.append(_Decision(answer.content["id"], request))
        elif request.kind == Kind.UNDO and answer.status == _NO_CONTENT:
            self._named(request.decision_id).end = Kind.UNDO
        elif request.kind == Kind.RETURN and answer.status == _CREATED and self.standing is not None:
            returned = self._named(answer.content["id"])
            returned.end, returned.reason = Kind.RETURN, (request.body or {})["reason"]
        self.acknowledged[request.kind] += before != (len(self.decisions), self.standing)

    def _expected_decision(self, request: Request) -> tuple[int, str]:
        if self.followed_by:
            # It was made on the text as it was.
            return _CONFLICT, ""
        if self.standing is None:
            return _CREATED, ""
        same = self.standing.request is request
        return (_CREATED, self.standing.id) if same else (_CONFLICT, "")

    def _expected_return(self, request: Request) -> tuple[int, str]:
        body = request.body or {}
        candidates = [decision for decision in self.decisions if decision.end != Kind.UNDO]
        if "decision_id" in body:
            candidates = [decision for decision in candidates if decision.id == body["decision_id"]]
        standing = [decision for decision in candidates if decision.end is None]
        returned = [decision for decision in candidates if decision.end == Kind.RETURN]
        if standing:
            return (_INVALID, "") if returned else (_CREATED, standing[0].id)
        if returned and returned[-1].reason == body["reason"]:
            return _CREATED, returned[-1].id
        return _NOT_FOUND, ""

    def _named(self, decision_id: str) -> _Decision:
        return next(decision for decision in self.decisions if decision.id == decision_id)

    def _fault(self, sentence: str) -> None:
        self.faults.append(f"{self.system} {self.reference}, text {self.version}: {sentence}")


class StoredText(NamedTuple):
    """A revision in the ledger, with the ids of all its suggestions."""

    text: str
    waiting: bool
    suggestions: frozenset[str]


@dataclass(frozen=True)
class TwoTexts:
    """Two texts sent at once under one new reference; `suggestions` has the id of each acknowledged suggestion."""

    reference: str
    system: str
    suggestions: dict[str, str]

    def faults_in(self, session: Session) -> list[str]:
        rows = session.query(StoredComplaint).filter_by(reference_id=self.reference, system=self.system)
        return self.faults(
            [
                StoredText(row.text, row.waiting, frozenset(suggestion.id for suggestion in row.suggestions))
                for row in rows.order_by(StoredComplaint.revision)
            ]
        )

    def faults(self, stored: list[StoredText]) -> list[str]:
        """Each acknowledged text is a revision with the suggestion that was made for it, and only the newest waits."""
        faults = []
        if not len(self.suggestions) <= len(stored) <= _MOST_TEXTS:
            faults.append(f"{self.reference}: {len(stored)} revisions, {len(self.suggestions)} texts were acknowledged")
        if [text.waiting for text in stored] != [text is stored[-1] for text in stored]:
            faults.append(f"{self.reference}: another revision than the newest waits")
        for text, suggestion in self.suggestions.items():
            if not any(entry.text == text and suggestion in entry.suggestions for entry in stored):
                faults.append(f"{self.reference}: the text {text!r} is lost, or its suggestion is another text's")
        return faults


def _names_decision(request: Request) -> bool:
    return "decision_id" in (request.body or {})


def _stable(answer: Answer) -> Answer:
    """The answer without the id of the request, which is new in every answer."""
    if not isinstance(answer.content, dict):
        return answer
    return answer._replace(content=answer.content | {"request_id": ""})
