"""A watched folder: what is dropped comes back once, whatever happens to the process that watches."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from data.errors import PilahError
from data.exports.open import open_export
from model.versions.office_home import Office
from tests.training.batch.watch_kills import (
    drop,
    faults_of,
    in_a_child,
    kill_at_step,
    look_and_answer,
    run,
    was_killed,
    watched,
)
from training.batch.watched_folder import WatchedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from model.router import Router

_PILAH = Path(sys.executable).with_name("pilah")
_EXPORTS = 30


@pytest.fixture(scope="module")
def office(sample_home: Path) -> Office:
    return Office(sample_home, "kumham")


@pytest.fixture(scope="module")
def router(office: Office) -> Router:
    return office.load_champion(precedents=False)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "masuk").mkdir()
    return tmp_path / "masuk"


@pytest.fixture
def watching(folder: Path, office: Office, router: Router) -> Iterator[WatchedFolder]:
    watching = watched(folder, office, router)
    yield watching
    watching.close()


@pytest.fixture
def come_back(watching: WatchedFolder) -> Callable[[], set[str]]:
    """Looks twice, as the command does, and answers for what stayed as it was; gives what came back."""

    def look_twice() -> set[str]:
        watching.scan()
        outcomes = [watching.answer(path) for path in watching.scan()]
        return {outcome.came_back for outcome in outcomes if outcome}

    return look_twice


def _watch(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_PILAH, "watch", folder, "--office", "kumham", "--once", "--interval", "0.1", "--home", home],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_brings_exports_back_beside_themselves(folder: Path, sample_home: Path) -> None:
    drop(folder, "laporan.xlsx", 3)
    drop(folder, "rusak.xlsx", 0)
    outcome = _watch(folder, sample_home)
    assert outcome.returncode == 0
    assert "laporan.xlsx: 3 rows" in outcome.stdout
    assert "rusak.xlsx.gagal.txt" in outcome.stderr
    assert faults_of(folder, {"laporan.xlsx": 3, "rusak.xlsx": 0}) == []


def test_laporan_ringkas_comes_back_in_its_shape_with_the_suggestions_after_it(
    folder: Path, come_back: Callable[[], set[str]]
) -> None:
    drop(folder, "laporan.xlsx", 2)
    assert come_back() == {"laporan.saran.xlsx"}
    result = open_export(folder / "laporan.saran.xlsx")
    assert (result.shape, result.header_row) == ("laporan_ringkas", 11)
    assert result.headers[17:19] == ("status", "unit_1")
    assert all(row.values["unit_1"] for row in result.rows())


def test_a_file_that_cannot_be_read_comes_back_with_its_reason_in_both_languages(
    folder: Path, come_back: Callable[[], set[str]]
) -> None:
    drop(folder, "rusak.xlsx", 0)
    (folder / "kosong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert come_back() == {"rusak.xlsx.gagal.txt", "kosong.csv.gagal.txt"}
    assert "tidak dapat dibaca" in (folder / "rusak.xlsx.gagal.txt").read_text(encoding="utf-8")
    reason = (folder / "kosong.csv.gagal.txt").read_text(encoding="utf-8")
    assert "Tidak ada kolom" in reason
    assert "No column" in reason
    assert ".pilah" not in reason


def test_a_mended_export_takes_the_reason_away(folder: Path, come_back: Callable[[], set[str]]) -> None:
    drop(folder, "laporan.xlsx", 0)
    come_back()
    drop(folder, "laporan.xlsx", 2)
    assert come_back() == {"laporan.saran.xlsx"}
    assert faults_of(folder, {"laporan.xlsx": 2}) == []


def test_another_content_under_the_same_name_never_overwrites_what_came_back(
    folder: Path, come_back: Callable[[], set[str]]
) -> None:
    drop(folder, "laporan.csv", 1)
    come_back()
    (folder / "laporan.saran.csv").write_text("an officer's work", encoding="utf-8")
    drop(folder, "laporan.csv", 2)
    come_back()
    assert (folder / "laporan.saran.csv").read_text(encoding="utf-8") == "an officer's work"
    assert (folder / "laporan.saran-2.csv").exists()
    assert come_back() == set()


def test_a_result_that_was_taken_away_does_not_come_again(folder: Path, office: Office, router: Router) -> None:
    drop(folder, "laporan.csv", 1)
    look_and_answer(folder, office, router)
    (folder / "laporan.saran.csv").unlink()
    look_and_answer(folder, office, router)
    assert not (folder / "laporan.saran.csv").exists()


def test_what_is_still_being_written_or_is_no_export_is_left_alone(folder: Path, watching: WatchedFolder) -> None:
    for name in ("~$laporan.xlsx", ".laporan.csv", "laporan.csv.part", "laporan.saran.csv", "laporan.csv.gagal.txt"):
        (folder / name).write_text("isi\nlampu mati\n", encoding="utf-8")
    (folder / "folder").mkdir()
    growing = folder / "laporan.csv"
    for length in range(1, 4):
        growing.write_text("isi\n" + "lampu mati\n" * length, encoding="utf-8")
        assert watching.scan() == []
    assert watching.scan() == [growing]


def test_without_a_model_nothing_is_lost_and_the_command_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    drop(folder, "laporan.csv", 1)
    outcome = _watch(folder, tmp_path)
    assert outcome.returncode == 1
    assert "pilah train" in outcome.stderr
    assert sorted(path.name for path in folder.iterdir()) == [".pilah", "laporan.csv"]


def test_a_folder_is_watched_by_one_process_alone(
    folder: Path, watching: WatchedFolder, office: Office, tmp_path: Path
) -> None:
    del watching
    with pytest.raises(PilahError, match="another process"):
        WatchedFolder(folder, office, "", ZoneInfo("Asia/Jakarta"))
    with pytest.raises(PilahError, match="is no folder"):
        WatchedFolder(tmp_path / "none", office, "", ZoneInfo("Asia/Jakarta"))


def test_an_export_that_ends_every_process_that_reads_it_is_given_up(
    folder: Path, come_back: Callable[[], set[str]]
) -> None:
    drop(folder, "besar.csv", 1)
    (folder / ".pilah" / "tries" / "besar.csv").write_text("50", encoding="ascii")
    assert come_back() == {"besar.csv.gagal.txt"}


def test_killed_before_any_step_the_export_still_comes_back_once(folder: Path, office: Office, router: Router) -> None:
    expected: dict[str, int] = {}
    killed, step = True, 0
    while killed:
        step += 1
        for name, rows in ((f"baik {step}.csv", 1), (f"rusak {step}.csv", 0)):
            drop(folder, name, rows)
            expected[name] = rows

        def die_at_step() -> None:
            kill_at_step(step, folder)  # noqa: B023 - called before the step is the next one
            look_and_answer(folder, office, router)

        killed = was_killed(in_a_child(die_at_step))
        look_and_answer(folder, office, router)
        assert faults_of(folder, expected) == [], f"killed before step {step}"
        # Anew, so that each round has as many steps as the one before.
        shutil.rmtree(folder)
        folder.mkdir()
        expected.clear()
    assert step > 20


def test_killed_at_random_none_is_lost_and_none_comes_back_twice(folder: Path, office: Office) -> None:
    outcome = run(folder, office, _EXPORTS, seed=1)
    assert outcome.kills > 3
    assert outcome.faults == []


def test_changed_office_files_hold_for_the_next_export_and_broken_ones_keep_it_waiting(
    folder: Path, sample_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(sample_home, tmp_path / "home", ignore=shutil.ignore_patterns("*.db*"))
    office = Office(tmp_path / "home", "kumham")
    office.own_folder.mkdir(parents=True, exist_ok=True)
    unit = list(office.load_champion(precedents=False)[0].units)[-1]
    with closing(WatchedFolder(folder, office, "", ZoneInfo("Asia/Jakarta"))) as watching:

        def first_unit(name: str) -> object:
            (folder / name).write_text("isi\nlampu jalan padam\n")
            watching.scan()
            (path,) = watching.scan()
            assert watching.answer(path)
            return next(iter(open_export(folder / f"{Path(name).stem}.saran.csv").rows())).values["unit_1"]

        assert first_unit("a.csv") != unit.name
        office.rules_file.write_text(f"words,action,unit,reason\nlampu,pin,{unit.id},uji\n")
        assert first_unit("b.csv") == unit.name
        office.categories_file.write_text("id,name,valid_to\nlama,Lama,besok\n")
        with pytest.raises(PilahError, match=r"categories\.csv, row 2"):
            first_unit("c.csv")
        (folder / "c.csv").unlink()
        office.categories_file.unlink()
        office.rules_file.write_text("words,action,unit,reason\nlampu,terbang,x,uji\n")
        with pytest.raises(PilahError, match=r"rules\.csv, row 2"):
            first_unit("d.csv")
        assert not (folder / "d.saran.csv").exists()
