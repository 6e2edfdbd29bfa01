"""The service that turns the complaints of a request into suggestions and stores them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from data.errors import PilahError
from model.suggestion import Given
from service.contract.complaint_schemas import ComplaintIn
from service.contract.suggestion_schemas import GivenOut, SuggestionOut
from service.jobs.intake import Source
from service.ledger.decisions import given_by_id
from service.observability.process_metrics import count_suggestion
from service.problems import Problem, problem_of, problem_of_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion
    from service.jobs.intake import Intake
    from service.ledger.complaints import Complaints
    from service.settings import Settings


@dataclass(frozen=True, slots=True)
class _Item:
    """A complaint as sent and as the model reads it, with what the caller knows already."""

    sent: ComplaintIn
    complaint: Complaint
    given: Given


@dataclass(frozen=True, slots=True)
class SuggestionService:
    """Suggests for complaints; with `store`, a complaint with a reference_id is stored with its suggestion."""

    router: Router
    settings: Settings
    intake: Intake
    evidence: bool
    store: bool

    def suggest(self, sent: ComplaintIn, complaints: Complaints) -> SuggestionOut:
        """Suggest for one complaint.

        Raises:
            TextTooLong: the text is longer than this installation takes.
            UnknownName: `given` names a unit, category, type or outcome that the office doesn't have.
        """
        item = self._item(sent)
        evidence = self.evidence or self._is_stored(sent)
        known = self.intake.with_returns([item.complaint], complaints.system)[0]
        suggestion = self.router.suggest(known, evidence=evidence, today=self.settings.today())
        return self._stored(complaints, item, known, suggestion)

    def suggest_many(self, items: Sequence[object], complaints: Complaints) -> list[SuggestionOut | Problem]:
        """Suggest for many items of JSON, in order; an invalid item is answered with a problem, a problem stays."""
        parsed = [item if isinstance(item, Problem) else self._parsed(item) for item in items]
        valid = [item for item in parsed if not isinstance(item, Problem)]
        today = self.settings.today()
        suggested = self.intake.with_returns([item.complaint for item in valid], complaints.system)
        evidence = self.evidence or any(self._is_stored(item.sent) for item in valid)
        suggestions = self.router.suggest_many(suggested, evidence=evidence, today=today) if valid else []
        answers = iter([self._stored(complaints, *each) for each in zip(valid, suggested, suggestions, strict=True)])
        return [item if isinstance(item, Problem) else next(answers) for item in parsed]

    def _parsed(self, item: object) -> _Item | Problem:
        try:
            return self._item(ComplaintIn.model_validate(item))
        except ValidationError as error:
            return problem_of_fields(error.errors(include_url=False, include_context=False, include_input=False))
        except PilahError as error:
            return problem_of(error)

    def _item(self, sent: ComplaintIn) -> _Item:
        """Convert what was sent.

        Raises:
            TextTooLong: the text is longer than this installation takes.
            UnknownName: `given` names a unit, category, type or outcome that the office doesn't have.
        """
        complaint, named = sent.to_complaint(self.settings), sent.given
        if named is None:
            return _Item(sent, complaint, Given())
        given = given_by_id(
            self.router,
            unit=named.unit or "",
            category=named.category or "",
            kind=named.type or "",
            outcome=named.outcome or "",
        )
        return _Item(sent, complaint, given)

    def _stored(self, complaints: Complaints, item: _Item, known: Complaint, suggestion: Suggestion) -> SuggestionOut:
        """Convert a suggestion to its answer, and store the masked complaint where asked.

        The ledger keeps Pilah's own suggestion: what the caller knew must not count as Pilah's.
        """
        own = self._answer(suggestion, item)
        count_suggestion(own.status)
        answer = self._given(item, known) if item.given != Given() else own
        if self._is_stored(item.sent):
            # The officer sees the evidence, whatever the caller asked for.
            stored = self.intake.enter(complaints, item.complaint, suggestion, own, Source("api"))
            # A retry with the same text and the same answer gets the id of the first suggestion.
            answer = answer.model_copy(update={"suggestion_id": stored.suggestion_id})
        return answer if self.evidence else answer.without_evidence()

    def _given(self, item: _Item, known: Complaint) -> SuggestionOut:
        """The answer to what the caller knows already."""
        given, today = item.given, self.settings.today()
        suggestion = self.router.suggest_given(known, [given], evidence=self.evidence, today=today)[0]
        echoed = GivenOut(unit=given.unit_id, category=given.category_id, type=given.type, outcome=given.outcome)
        return self._answer(suggestion, item).model_copy(update={"given": echoed})

    def _answer(self, suggestion: Suggestion, item: _Item) -> SuggestionOut:
        return SuggestionOut.of(suggestion, self.settings.zone, item.sent.unknown_fields)

    def _is_stored(self, sent: ComplaintIn) -> bool:
        return self.store and bool(sent.reference_id)
