"""Dependencies of routes: settings, the model in use, background jobs, and the request's transaction."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from model.errors import ArtifactError
from service.jobs.intake import Intake
from service.jobs.sign_ins import SignIns
from service.jobs.training.runs import TrainingRuns
from service.jobs.uploads import Uploads
from service.ledger.access.accounts import Accounts
from service.ledger.complaints import Complaints
from service.ledger.decisions import Decisions
from service.ledger.lists.queue import Queue
from service.ledger.statistics import Statistics
from service.ledger.tables import StoredComplaint
from service.live_model.champion import Champion, Loaded
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

_READ_ONLY = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Transaction:
    """The parts of the ledger within one database transaction: complaints, decisions, queue and so on."""

    session: Session
    complaints: Complaints
    decisions: Decisions
    queue: Queue
    statistics: Statistics
    accounts: Accounts


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


# Dependencies that only read `app.state` are `async`: FastAPI would run a `def` in a thread, which takes longer.
async def _settings(request: Request) -> Settings:
    return settings_of(request)


def current_model(request: Request) -> Loaded:
    """The champion, read again if its files have changed.

    Raises:
        ArtifactError: the office has no usable model; the answer is 503.
    """
    champion: Champion = request.app.state.champion
    return champion.current()


async def _current_model(request: Request) -> Loaded:
    """The champion without blocking the event loop: changed files are read in a thread."""
    champion: Champion = request.app.state.champion
    loaded = champion.unchanged()
    return await run_in_threadpool(champion.current) if loaded is None else loaded


async def transaction_of(request: Request) -> AsyncIterator[Transaction]:
    """The request's transaction, committed before the answer is sent; read-only for GET and HEAD.

    The transaction begins with the first statement: a request without statements costs the database nothing.
    """
    database: Database = request.app.state.database
    office = settings_of(request).office
    session = database.new_session(read_only=request.method in _READ_ONLY)
    try:
        yield Transaction(
            session,
            Complaints(session, office),
            Decisions(session, office),
            Queue(session, office),
            Statistics(session, office),
            Accounts(session, office),
        )
        if session.in_transaction():
            await run_in_threadpool(session.commit)
    finally:
        if session.in_transaction():
            await run_in_threadpool(session.close)


CurrentSettings = Annotated[Settings, Depends(_settings)]
CurrentModel = Annotated[Loaded, Depends(_current_model)]
CurrentTransaction = Annotated[Transaction, Depends(transaction_of, scope="function")]


def intake_of(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


async def _intake(request: Request) -> Intake:
    return intake_of(request)


async def _sign_ins(request: Request) -> SignIns:
    sign_ins: SignIns = request.app.state.sign_ins
    return sign_ins


async def uploads_of(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads


def training_runs_of(request: Request) -> TrainingRuns:
    runs: TrainingRuns = request.app.state.training_runs
    return runs


CurrentIntake = Annotated[Intake, Depends(_intake)]
CurrentSignIns = Annotated[SignIns, Depends(_sign_ins)]
CurrentUploads = Annotated[Uploads, Depends(uploads_of)]
CurrentTrainingRuns = Annotated[TrainingRuns, Depends(training_runs_of)]


async def _suggest_again(
    request: Request, transaction: CurrentTransaction, intake: CurrentIntake
) -> Callable[[StoredComplaint], None]:
    """Suggests anew for a stored complaint at once; without a usable model the renewal does so later."""

    def suggest(complaint: StoredComplaint) -> None:
        try:
            router = current_model(request).router
        except ArtifactError:
            return
        intake.suggest_again(router, transaction.session, complaint)

    return suggest


SuggestAgain = Annotated[Callable[[StoredComplaint], None], Depends(_suggest_again)]
