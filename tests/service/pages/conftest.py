"""A desk with a signed-in officer, and an office whose model can't be used for a while."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from model.errors import ArtifactMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.service.desk import Desk


@pytest.fixture
def officer(desk: Desk) -> Desk:
    return desk.sign_in("sari")


@pytest.fixture
def no_model(desk: Desk) -> Callable[[], AbstractContextManager[None]]:
    """Makes the office's model unusable for the time of a block."""
    champion = desk.client.app.state.champion  # type: ignore[attr-defined]

    def missing() -> None:
        raise ArtifactMissing("model.artifact-missing", folder="x")

    @contextmanager
    def without_model() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(champion, "current", missing)
            patch.setattr(champion, "unchanged", lambda: None)
            yield

    return without_model
