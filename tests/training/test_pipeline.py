from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from data.exports.open import write_laporan_ringkas, write_laporgub
from model.complaint import Complaint
from model.history.rows import LabelledComplaint, read_history
from model.office.categories import national_categories, read_categories
from model.office.units import read_units
from model.router import Router
from model.versions.office_home import Office
from pilah import app
from tests.training.histories import train_csv, write_history_csv
from training.dataset.read import Reading, read_exports
from training.errors import HistoryUnusable
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from model.ranking.types import Ranked
    from model.suggestion import Suggestion

SECRET = "3578019999990001"  # noqa: S105 - an impossible NIK
TOPICS = {
    "Dinas Perhubungan": "lampu jalan padam",
    "Dinas Lingkungan Hidup": "sampah bau menumpuk",
    "Dinas Sosial": "bantuan sosial belum",
}


def _write_csv(path: Path, rows: int = 90, first: int = 1) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "tanggal", "isi laporan", "instansi", "kategori"])
        for n in range(first, first + rows):
            unit, text = list(TOPICS.items())[n % 3]
            day = datetime(2024, 1, 1) + timedelta(days=n)  # noqa: DTZ001 - exports have no offset
            writer.writerow([n, f"{day:%d-%m-%Y}", f"{text} kata{n % 7}, NIK {SECRET}", unit, f"K{n % 3}"])
    return path


def test_a_labelled_csv_becomes_a_champion_that_answers(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    reading = read_exports([_write_csv(tmp_path / "a.csv")], columns={}, timezone="Asia/Jakarta")
    trained = train(office, reading, Recipe())
    router, card = office.load_champion()
    assert trained.evaluation.unit is not None
    assert trained.evaluation.unit.top_1 > trained.evaluation.unit.majority
    assert card["version"] == office.champion() == trained.version
    assert router.suggest(Complaint("lampu jln padam, gelap sekali")).units[0].name == "Dinas Perhubungan"


def test_no_masked_value_reaches_what_a_training_writes(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    reading = read_exports([_write_csv(tmp_path / "a.csv")], columns={}, timezone="Asia/Jakarta")
    train(office, reading, Recipe())
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]
    assert all(SECRET not in row.complaint.text for row in read_history(office.history_folder))


def test_rows_left_out_are_counted_and_kept_with_their_reason(tmp_path: Path) -> None:
    path = _write_csv(tmp_path / "a.csv")
    with path.open("a", encoding="utf-8") as file:
        file.write(
            "900,01-02-2024,,Dinas Sosial,K1\n901,kapan,teks tanpa tanggal,Dinas Sosial,K1\n902,01-02-2024,teks,,\n"
        )
    office = Office(tmp_path / "home", "uji")
    trained = train(office, read_exports([path], columns={}, timezone="Asia/Jakarta"), Recipe())
    with (office.versions_folder / trained.version / "dropped.csv").open(encoding="utf-8") as file:
        reasons = {row["id"]: row["reason"] for row in csv.DictReader(file)}
    assert reasons == {
        "900": "no text",
        "901": "a date that can't be read",
        "902": "neither unit nor category",
    }


def test_rows_that_teach_nothing_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    with pytest.raises(HistoryUnusable, match="No row can be learned from"):
        train(office, Reading(), Recipe())
    returned = LabelledComplaint(Complaint("lampu padam"), "Dinas Sosial", "", returned=True)
    with pytest.raises(HistoryUnusable, match="None of the 1 rows has a category"):
        train(office, Reading([returned]), Recipe())
    assert office.versions() == []


def test_a_second_training_does_not_change_the_champion(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", "uji")
    path = _write_csv(tmp_path / "a.csv")
    first = train(office, read_exports([path], columns={}, timezone="Asia/Jakarta"), Recipe())
    second = train(office, read_exports([path], columns={}, timezone="Asia/Jakarta"), Recipe())
    assert office.champion() == first.version != second.version
    assert second.champion is not None


def test_the_two_named_shapes_train_without_options(tmp_path: Path) -> None:
    ringkas, laporgub = tmp_path / "ringkas.xlsx", tmp_path / "laporgub.xlsx"
    units = list(TOPICS.items())
    write_laporan_ringkas(
        ringkas,
        [
            {
                "Tracking ID": str(n),
                "Tanggal Laporan Masuk": f"{n % 27 + 1} Mei 2023",
                "Isi Laporan Awal": f"{units[n % 3][1]} mawar {n}",
                "Instansi Terdisposisi": units[n % 3][0],
                "Kategori": f"K{n % 3}",
            }
            for n in range(60)
        ],
    )
    write_laporgub(
        laporgub,
        [
            {
                "NO": str(n + 1),
                "NAMA": "Rahasia Sekali",
                "LAPORAN": f"{units[n % 3][1]} mawar {n}",
                "WAKTU": f"{n % 27 + 1:02d}-03-2018 20:37",
                "KATEGORI": f"K{n % 3}",
                "DITERUSKAN": units[n % 3][0],
                "STATUS": "Laporan Selesai",
            }
            for n in range(60)
        ],
    )
    for path, shape in ((ringkas, "laporan_ringkas"), (laporgub, "laporgub")):
        reading = read_exports([path], columns={}, timezone="Asia/Jakarta")
        assert reading.files[0].shape == shape
        assert len(reading.rows) == 60
        train(Office(tmp_path / "home", shape), reading, Recipe())


@pytest.mark.parametrize("part", ["fitting", "measuring"])
def test_an_interrupted_training_leaves_no_version_and_no_champion(tmp_path: Path, part: str) -> None:
    def interrupt(name: str, _: int) -> None:
        if name == part:
            raise KeyboardInterrupt

    office = Office(tmp_path / "home", "uji")
    reading = read_exports([_write_csv(tmp_path / "a.csv")], columns={}, timezone="Asia/Jakarta")
    with pytest.raises(KeyboardInterrupt):
        train(office, reading, Recipe(), step=interrupt)
    assert office.versions() == []
    assert office.champion() is None


def test_the_units_written_are_read_back_with_their_families(sample_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "units.csv"
    arguments = ["units", "--office", "kumham", "--home", str(sample_home), "--out", str(target)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    assert {unit.id: unit for unit in read_units(target)} == {unit.id: unit for unit in router.units}
    assert "Polda" in result.output


def test_the_categories_written_are_read_back(sample_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "categories.csv"
    arguments = ["categories", "--office", "kumham", "--home", str(sample_home), "--out", str(target)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    assert list(read_categories(target)) == list(router.categories)
    assert "Kepolisian" in result.output


def test_the_national_tree_is_written_for_an_office_without_a_model(tmp_path: Path) -> None:
    target = tmp_path / "categories.csv"
    result = CliRunner().invoke(app, ["categories", "--national", "--home", str(tmp_path), "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert list(read_categories(target)) == list(national_categories())


def test_the_held_out_slice_is_ranked_once_by_the_version_and_once_by_the_champion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked: Counter[str] = Counter()
    rank_and_suggest = Router.rank_and_suggest

    def counted(router: Router, complaints: Sequence[Complaint], **options: Any) -> Iterator[tuple[Ranked, Suggestion]]:
        ranked.update(complaint.reference_id for complaint in complaints)
        return rank_and_suggest(router, complaints, **options)

    monkeypatch.setattr(Router, "rank_and_suggest", counted)
    office = Office(tmp_path / "home", "uji")
    train_csv(office, write_history_csv(tmp_path / "old.csv", 90))
    assert set(ranked.values()) == {1}
    ranked.clear()
    trained = train_csv(office, write_history_csv(tmp_path / "all.csv", 140))
    # The champion's suggestions on the slice serve the drift check too.
    assert {ranked[row.complaint.reference_id] for row in trained.split.held_back} == {2}
