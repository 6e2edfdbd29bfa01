"""What routes are given: the settings, the model in use, and the ledger within the request's one transaction."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from service.jobs.intake import Intake
from service.jobs.training_runs import TrainingRuns
from service.jobs.uploads import Uploads
from service.ledger.accounts import Accounts
from service.ledger.complaints import Complaints
from service.ledger.decisions import Decisions
from service.ledger.queue import Queue
from service.ledger.statistics import Statistics
from service.live_model.champion import Champion, Loaded
from service.settings import Settings

if TYPE_CHECKING:
    from service.ledger.database import Database

_READING = ("GET", "HEAD")


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


# What only looks at the application is `async`: FastAPI sends a `def` to another thread, which takes longer than the look.
async def _settings(request: Request) -> Settings:
    return settings_of(request)


def model_in_use(request: Request) -> Loaded:
    """The champion as its files stand now.

    Raises:
        ArtifactError: there is none that can be used; the caller gets a 503.
    """
    champion: Champion = request.app.state.champion
    return champion.current()


async def model_answering(request: Request) -> Loaded:
    """The same; only where the files have changed does another thread read them."""
    champion: Champion = request.app.state.champion
    loaded = champion.unchanged()
    return await run_in_threadpool(champion.current) if loaded is None else loaded


async def transaction_of(request: Request) -> AsyncIterator[Transaction]:
    """The request's only transaction, committed before the answer is sent; a GET only reads.

    The transaction begins with the first statement: a request without statements costs the database nothing.
    """
    database: Database = request.app.state.database
    office = settings_of(request).office
    session = database.new_session(read_only=request.method in _READING)
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
CurrentModel = Annotated[Loaded, Depends(model_answering)]
CurrentTransaction = Annotated[Transaction, Depends(transaction_of, scope="function")]


def intake_of(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


async def _intake(request: Request) -> Intake:
    return intake_of(request)


async def uploads_of(request: Request) -> Uploads:
    uploads: Uploads = request.app.state.uploads
    return uploads


def training_runs_of(request: Request) -> TrainingRuns:
    runs: TrainingRuns = request.app.state.training_runs
    return runs


CurrentIntake = Annotated[Intake, Depends(_intake)]
CurrentUploads = Annotated[Uploads, Depends(uploads_of)]
CurrentTrainingRuns = Annotated[TrainingRuns, Depends(training_runs_of)]
