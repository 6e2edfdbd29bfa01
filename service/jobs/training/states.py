"""The states of a training run and its steps: check and train, or start."""

from enum import StrEnum


class State(StrEnum):
    """The state of a training run."""

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    TRAINING = "training"
    TRAINED = "trained"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """A step of a run, in a process of its own: `pilah check` and `pilah train`, or `pilah start` alone."""

    CHECK = "check"
    TRAIN = "train"
    START = "start"


RUNNING = (State.CHECKING, State.TRAINING)
ENDED = (State.TRAINED, State.CANCELLED)
STOPPED = (State.FAILED, State.INTERRUPTED)
WAITING = (State.RECEIVED, State.CHECKED, *STOPPED)
DURING = {Step.CHECK: State.CHECKING, Step.TRAIN: State.TRAINING, Step.START: State.TRAINING}
AFTER = {Step.CHECK: State.CHECKED, Step.TRAIN: State.TRAINED, Step.START: State.TRAINED}
MAY_START = {Step.CHECK: WAITING, Step.TRAIN: (State.CHECKED, *STOPPED), Step.START: (State.RECEIVED, *STOPPED)}
