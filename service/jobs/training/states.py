"""The states of a training run and its two steps, check and train."""

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
    """A step of a run, in a process of its own: `pilah check` or `pilah train`."""

    CHECK = "check"
    TRAIN = "train"


RUNNING = (State.CHECKING, State.TRAINING)
ENDED = (State.TRAINED, State.CANCELLED)
STOPPED = (State.FAILED, State.INTERRUPTED)
WAITING = (State.RECEIVED, State.CHECKED, *STOPPED)
DURING = {Step.CHECK: State.CHECKING, Step.TRAIN: State.TRAINING}
AFTER = {Step.CHECK: State.CHECKED, Step.TRAIN: State.TRAINED}
MAY_START = {Step.CHECK: WAITING, Step.TRAIN: (State.CHECKED, *STOPPED)}
