from __future__ import annotations

from typing import TYPE_CHECKING

from tests.service.kill_loop import run

if TYPE_CHECKING:
    from pathlib import Path

_KILLS = 2


def test_nothing_acknowledged_is_lost_doubled_or_reordered_when_the_service_is_killed(
    sample_home: Path, empty_database_url: str
) -> None:
    outcome = run(sample_home, empty_database_url, _KILLS, seed=1)
    assert outcome.kills == _KILLS
    assert min(outcome.decisions, outcome.retries) > 0
    assert outcome.returns + outcome.undone > 0
    assert outcome.faults == []
