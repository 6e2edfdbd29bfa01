"""`pilah promote` and `pilah rollback`: what a lone colleague cannot break."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from data.errors import PilahError
from model.errors import ArtifactForeign, ArtifactTampered
from model.history.rows import read_history
from model.versions.artifact import CARD, MANIFEST, ROUTER
from model.versions.promotions import champion_changes
from pilah import app
from tests.training.histories import train_csv, write_history_csv
from training.evaluation.promotion import NotPromoted, promote, rollback, verdict_on
from training.evaluation.row_outcomes import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from model.versions.office_home import Office


def _run(office: Office, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--office", "uji", "--home", str(office.home)])


def test_a_version_from_a_spoiled_export_is_refused_by_figure_amount_and_p_value(office: Office) -> None:
    first, _, spoiled = office.versions()
    result = _run(office, "promote", spoiled)
    assert result.exit_code == 1
    message = str(result.exception)
    assert "first unit right: 0." in message
    assert "instead of" in message
    assert "points, p = less than 0.001" in message
    assert "--force --reason" in message
    assert office.champion() == first
    assert len(champion_changes(office)) == 1


def test_an_equal_version_is_promoted_and_taken_back_in_one_step(office: Office) -> None:
    first, second, _ = office.versions()
    assert _run(office, "promote", second, "--by", "budi").exit_code == 0
    assert office.champion() == second
    assert _run(office, "rollback").exit_code == 0
    assert office.champion() == first
    listed = _run(office, "models").output
    assert f"promoted {second} by budi" in listed
    assert f"rolled back to {first}" in listed


def test_force_needs_a_reason_and_keeps_it_with_what_spoke_against_it(office: Office) -> None:
    *_, spoiled = office.versions()
    with pytest.raises(PilahError, match="needs a reason"):
        promote(office, spoiled, by="rani", force=True, reason="  ")
    assert _run(office, "promote", spoiled, "--force", "--reason", "unit lama dihapus").exit_code == 0
    last = champion_changes(office)[-1]
    assert (office.champion(), last.reason, last.forced) == (spoiled, "unit lama dihapus", True)
    assert any("first unit right" in finding for finding in last.findings)


def test_what_was_found_is_there_for_programs_too(office: Office) -> None:
    *_, spoiled = office.versions()
    result = _run(office, "promote", spoiled, "--json")
    found = json.loads(result.output)
    assert result.exit_code == 1
    assert not found["promoted"]
    assert {figure["name"] for figure in found["comparison"]["figures"] if figure["worse"]} >= {"unit_top_1"}


def test_a_version_that_was_measured_against_another_champion_is_compared_on_the_same_slice(office: Office) -> None:
    first, second, spoiled = office.versions()
    promote(office, second, by="rani")
    # The spoiled version met the first one; both slices have other labels or the same, and no training is needed.
    assert verdict_on(office, first).comparison is not None
    with pytest.raises(NotPromoted):
        promote(office, spoiled, by="rani")


def test_a_version_measured_on_other_rows_is_refused_with_what_to_do(office: Office, tmp_path: Path) -> None:
    first, second, _ = office.versions()
    elsewhere = train_csv(office, write_history_csv(tmp_path / "other.csv", 90, first=1000))
    promote(office, second, by="rani", force=True, reason="uji")
    with pytest.raises(NotPromoted, match="Train again"):
        promote(office, elsewhere.version, by="rani")
    assert verdict_on(office, first).comparison is not None


@pytest.mark.parametrize("name", [ROUTER, CARD, FILE])
def test_a_tampered_version_is_refused_even_by_force(office: Office, name: str) -> None:
    first, second, _ = office.versions()
    path = office.versions_folder / second / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactTampered, match="nothing was changed"):
        promote(office, second, by="rani", force=True, reason="mendesak")
    assert office.champion() == first


def test_a_version_of_other_libraries_and_an_unsigned_one_are_refused(office: Office) -> None:
    _, second, _ = office.versions()
    with pytest.raises(ArtifactTampered, match="signature"):
        promote(office, second, by="rani", force=True, reason="mendesak", signing_key="kunci")
    path = office.versions_folder / second / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["libraries"]["scikit-learn"] = "0.1.0"
    path.write_text(json.dumps(manifest))
    with pytest.raises(ArtifactForeign, match=r"scikit-learn 0\.1\.0"):
        promote(office, second, by="rani", force=True, reason="mendesak")


def test_a_rollback_to_a_tampered_version_changes_nothing(office: Office) -> None:
    first, second, _ = office.versions()
    promote(office, second, by="rani")
    path = office.versions_folder / first / ROUTER
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactTampered):
        rollback(office, by="rani")
    assert office.champion() == second


def test_the_first_version_has_nothing_to_go_back_to(office: Office) -> None:
    with pytest.raises(PilahError, match="No version of uji answered before"):
        rollback(office, by="rani")


def test_a_training_leaves_the_past_complaints_of_the_champion_as_they_were(office: Office, tmp_path: Path) -> None:
    before = read_history(office.history_folder)
    train_csv(office, write_history_csv(tmp_path / "other.csv", 60, first=900))
    assert read_history(office.history_folder) == before
