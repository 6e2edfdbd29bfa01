"""The service that turns the complaints of a request into suggestions and stores them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from data.errors import PilahError
from service.contract.complaint_schemas import ComplaintIn
from service.contract.suggestion_schemas import SuggestionOut
from service.jobs.intake import Source
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
        """
        complaint = sent.to_complaint(self.settings)
        evidence = self.evidence or self._is_stored(sent)
        known = self.intake.with_returns([complaint], complaints.system)[0]
        suggestion = self.router.suggest(known, evidence=evidence, today=self.settings.today())
        return self._stored(complaints, sent, complaint, suggestion)

    def suggest_many(self, items: Sequence[object], complaints: Complaints) -> list[SuggestionOut | Problem]:
        """Suggest for many items of JSON, in order; an invalid item is answered with a problem, a problem stays."""
        parsed = [item if isinstance(item, Problem) else self._parsed(item) for item in items]
        valid = [item for item in parsed if not isinstance(item, Problem)]
        today = self.settings.today()
        suggested = self.intake.with_returns([complaint for _, complaint in valid], complaints.system)
        evidence = self.evidence or any(self._is_stored(sent) for sent, _ in valid)
        suggestions = self.router.suggest_many(suggested, evidence=evidence, today=today) if valid else []
        answers = iter(
            [
                self._stored(complaints, sent, complaint, suggestion)
                for (sent, complaint), suggestion in zip(valid, suggestions, strict=True)
            ]
        )
        return [item if isinstance(item, Problem) else next(answers) for item in parsed]

    def _parsed(self, item: object) -> tuple[ComplaintIn, Complaint] | Problem:
        try:
            sent = ComplaintIn.model_validate(item)
            return sent, sent.to_complaint(self.settings)
        except ValidationError as error:
            return problem_of_fields(error.errors(include_url=False, include_context=False, include_input=False))
        except PilahError as error:
            return problem_of(error)

    def _stored(
        self, complaints: Complaints, sent: ComplaintIn, complaint: Complaint, suggestion: Suggestion
    ) -> SuggestionOut:
        """Convert a suggestion to its answer, and store the masked complaint where asked."""
        full = SuggestionOut.of(suggestion, self.settings.zone, sent.unknown_fields)
        answer = full if self.evidence else full.without_evidence()
        count_suggestion(answer.status)
        if not self._is_stored(sent):
            return answer
        # The officer sees the evidence, whatever the caller asked for.
        stored = self.intake.enter(complaints, complaint, suggestion, full, Source("api"))
        # A retry with the same text and the same answer gets the id of the first suggestion.
        return answer.model_copy(update={"suggestion_id": stored.suggestion_id})

    def _is_stored(self, sent: ComplaintIn) -> bool:
        return self.store and bool(sent.reference_id)
