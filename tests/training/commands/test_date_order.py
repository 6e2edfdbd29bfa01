"""The order of day and month that a person names, on every command that reads an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from data.exports.open import open_export
from data.messages import terminal_language
from pilah import app

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export whose dates fit month first alone."""
    folder = tmp_path / "masuk"
    folder.mkdir()
    rows = "".join(f"05/{n + 10}/2024,laporan polisi mandek {n},Polda Jambi\n" for n in range(7))
    (folder / "a.csv").write_text(f"tanggal,isi laporan,unit\n{rows}", encoding="utf-8")
    return folder / "a.csv"


@pytest.mark.parametrize("command", ["evaluate", "drift", "replay"])
def test_a_command_reads_dates_in_the_order_named(export: Path, sample_home: Path, command: str) -> None:
    options = ["--office", "kumham", "--home", str(sample_home)]
    judged = CliRunner().invoke(app, [command, str(export), *options])
    assert "7 date(s) were read month first" in " ".join(judged.output.split())
    named = CliRunner().invoke(app, [command, str(export), "--date-order", "day-first", *options])
    assert 'Unreadable dates: a.csv, row 5 "05/13/2024"' in named.output


def test_a_watched_folder_reads_dates_in_the_order_named(export: Path, sample_home: Path) -> None:
    options = ["--office", "kumham", "--home", str(sample_home), "--once", "--interval", "0.1"]
    named = CliRunner().invoke(app, ["watch", str(export.parent), "--date-order", "day-first", *options])
    assert "4 date(s) can't be read, so their rows count as of today" in " ".join(named.output.split())


def test_a_row_that_cannot_be_read_says_why_in_the_persons_language(
    tmp_path: Path, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("isi laporan,unit\nlaporan polisi mandek,\n,Polda Jambi\n", encoding="utf-8")
    options = ["--office", "kumham", "--home", str(sample_home), "--out", str(target)]
    for language, said in (("id", "galat: isi pengaduan kosong"), ("en", "error: no text")):
        monkeypatch.setenv("PILAH_LANGUAGE", language)
        terminal_language.cache_clear()
        assert CliRunner().invoke(app, ["predict", str(source), *options]).exit_code == 0
        assert list(open_export(target).rows())[1].values["status"] == said
    monkeypatch.undo()
    terminal_language.cache_clear()
