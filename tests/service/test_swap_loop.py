from __future__ import annotations

from typing import TYPE_CHECKING

from tests.service.swap_loop import run

if TYPE_CHECKING:
    from pathlib import Path


def test_no_request_fails_and_no_answer_is_mixed_while_versions_change_and_processes_are_killed(tmp_path: Path) -> None:
    outcome = run(tmp_path, changes_wanted=6, service_kills=1)
    assert outcome.faults == []
    assert outcome.changed >= 3
    assert outcome.killed_services == 1
    # Both versions answered, or the loop showed nothing.
    assert len(outcome.answers) == 2
