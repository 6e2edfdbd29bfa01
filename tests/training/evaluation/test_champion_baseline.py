"""The model that stands for the champion on the held-out slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from model.errors import ArtifactTampered
from model.history.rows import history_file, read_history
from model.versions.artifact import ROUTER, read_card
from model.versions.office_home import Office
from pilah import app
from tests.training.histories import train_csv, write_history_csv
from training.dataset.ledger_rows import past_rows
from training.errors import HistoryUnusable
from training.evaluation.promotion import NotPromoted, promote
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from pathlib import Path


def test_a_champion_that_has_seen_the_slice_is_measured_by_its_recipe_on_its_own_rows(office: Office) -> None:
    _, second, spoiled = office.versions()
    measured = [_comparison(office, version)["measured"] for version in (second, spoiled)]
    assert measured == ["alike", "own_rows"]


def test_a_champion_older_than_the_slice_is_measured_itself(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    train_csv(office, write_history_csv(tmp_path / "old.csv", 90))
    later = train_csv(office, write_history_csv(tmp_path / "all.csv", 140), recipe=Recipe(acceptance_weight=1.0))
    assert _comparison(office, later.version)["measured"] == "itself"


def test_a_champion_that_cannot_be_trusted_is_not_compared_and_the_training_ends_all_the_same(
    office: Office, tmp_path: Path
) -> None:
    first = office.versions()[0]
    path = office.versions_folder / first / ROUTER
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    trained = train_csv(office, write_history_csv(tmp_path / "good.csv", 90))
    assert _comparison(office, trained.version)["measured"] == "not_at_all"
    with pytest.raises(NotPromoted, match="changed after training"):
        promote(office, trained.version, by="rani")


def _comparison(office: Office, version: str) -> dict[str, Any]:
    found: dict[str, Any] = read_card(office.versions_folder / version)["comparison"]
    return found


def test_a_damaged_history_of_the_champion_is_done_without_and_named(office: Office, tmp_path: Path) -> None:
    history = history_file(office.history_folder)
    history.write_bytes(history.read_bytes()[:-20])
    export = write_history_csv(tmp_path / "good.csv", 320)
    result = CliRunner().invoke(app, ["train", str(export), "--office", office.name, "--home", str(office.home)])
    assert result.exit_code == 0, result.output
    assert "Measured without the champion's own rows" in result.output
    newest = office.versions()[-1]
    comparison = _comparison(office, newest)
    assert comparison["measured"] == "these_rows"
    assert "not whole any more" in comparison["rows_problem"]
    assert comparison["figures"]
    report = (office.versions_folder / newest / "report.html").read_text(encoding="utf-8")
    assert "Data versi yang dipakai tidak dapat dibaca" in report
    promote(office, newest, by="rani")


def test_a_history_with_other_columns_is_damaged_too(office: Office) -> None:
    pq.write_table(pa.table({"kolom": ["lain"]}), history_file(office.history_folder))
    with pytest.raises(ArtifactTampered, match="not whole any more"):
        read_history(office.history_folder)


def test_learning_from_the_damaged_history_alone_names_the_way_out(office: Office) -> None:
    history_file(office.history_folder).write_bytes(b"PAR1")
    with pytest.raises(HistoryUnusable, match="pilah train FILE --from-ledger"):
        past_rows(office)
