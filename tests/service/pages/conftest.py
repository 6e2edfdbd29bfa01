"""A desk with a signed-in officer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.service.desk import Desk


@pytest.fixture
def officer(desk: Desk) -> Desk:
    return desk.sign_in("sari")
