"""Many complaints answered together, each at its place: a suggestion, or the problem with that one."""

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
class Answering:
    """What an answer needs; `store` keeps a complaint that has a reference, with its suggestion."""

    router: Router
    settings: Settings
    intake: Intake
    evidence: bool
    store: bool

    def answer(self, items: Sequence[object], complaints: Complaints) -> list[SuggestionOut | Problem]:
        """One answer for each item, in order; an item that already is a problem stays one."""
        read = [item if isinstance(item, Problem) else self._read(item) for item in items]
        good = [item for item in read if isinstance(item, ComplaintIn)]
        asked = [item.to_complaint(self.settings) for item in good]
        today = self.settings.today()
        suggestions = self.router.suggest_many(asked, evidence=self.evidence, today=today) if good else []
        answers = iter(
            [
                self._answer(complaints, item, complaint, suggestion)
                for item, complaint, suggestion in zip(good, asked, suggestions, strict=True)
            ]
        )
        return [item if isinstance(item, Problem) else next(answers) for item in read]

    def answer_one(self, sent: ComplaintIn, complaints: Complaints) -> SuggestionOut:
        """The answer to one complaint.

        Raises:
            TextTooLong: its text is longer than this installation takes.
        """
        complaint = sent.to_complaint(self.settings)
        suggestion = self.router.suggest(complaint, evidence=self.evidence, today=self.settings.today())
        return self._answer(complaints, sent, complaint, suggestion)

    def _read(self, item: object) -> ComplaintIn | Problem:
        try:
            complaint = ComplaintIn.model_validate(item)
            complaint.to_complaint(self.settings)
        except ValidationError as error:
            return problem_of_fields(error.errors(include_url=False, include_context=False, include_input=False))
        except PilahError as error:
            return problem_of(error)
        return complaint

    def _answer(
        self, complaints: Complaints, sent: ComplaintIn, complaint: Complaint, suggestion: Suggestion
    ) -> SuggestionOut:
        """The answer, entered in the ledger, masked, where it is to be stored."""
        answer = SuggestionOut.of(suggestion, self.settings.zone, sent.unknown_fields, evidence=self.evidence)
        count_suggestion(answer.unit_status)
        if not (self.store and sent.reference_id):
            return answer
        stored = self.intake.enter(complaints, complaint, suggestion, answer, Source("api"))
        # Where the same was answered before, it is that suggestion: a retry gets what the first call got.
        return answer.model_copy(update={"suggestion_id": stored.suggestion_id})
