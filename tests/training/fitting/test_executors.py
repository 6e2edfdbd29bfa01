from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from distributed import LocalCluster

from data.errors import PilahError
from model.office.units import Units
from model.versions.office_home import Office
from training.batch.predict_file import predict_file
from training.fitting.executors import fit_executor, map_in_order
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.sample_office import sample_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers of one thread."""
    with LocalCluster(  # type: ignore[no-untyped-call]  # Dask has no types
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as running:
        yield running.scheduler_address


def test_a_batch_on_a_cluster_is_written_as_on_this_machine(sample_home: Path, tmp_path: Path, cluster: str) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    source = tmp_path / "new.csv"
    rows = [f"laporan {number} ke polres belum ada jawaban,catatan {number}" for number in range(600)]
    source.write_text("\n".join(["text,catatan", *rows, ","]), encoding="utf-8")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert predict_file(router, source, here, columns={}, zone=ZoneInfo("Asia/Jakarta")) == predict_file(
        router, source, there, columns={}, zone=ZoneInfo("Asia/Jakarta"), cluster=cluster
    )
    assert here.read_text() == there.read_text()


def test_only_what_is_needed_leaves_this_machine(cluster: str) -> None:
    made = map_in_order(cluster, _sum_with, 10, [[1, 2], [3, 4]], lambda one: one[:1])
    assert list(made) == [([1, 2], 11), ([3, 4], 13)]


def _sum_with(shared: int, one: list[int]) -> int:
    return shared + sum(one)


def test_a_fit_on_a_cluster_ranks_as_one_on_this_machine(cluster: str) -> None:
    rows = sample_rows("kota")[:150]
    with fit_executor(cluster) as pool:
        there, _ = pool.submit(fit_ranking, rows, Units([]), Recipe()).result()
    here, _ = fit_ranking(rows, Units([]), Recipe())
    asked = [row.complaint for row in rows[-20:]]
    assert here.rank_many(asked) == there.rank_many(asked)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_batch_is_read_only_a_few_chunks_ahead_of_what_is_written(workers: int, cluster: str) -> None:
    taken: list[int] = []

    def given() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    ahead = [
        len(taken) - number
        for number, (_, made) in enumerate(map_in_order(cluster if workers else "", pow, 2, given()), start=1)
        if made == 2 ** (number - 1)
    ]
    assert len(ahead) == 100
    assert max(ahead) <= 3 * workers


def test_an_address_without_a_scheduler_is_said_in_a_sentence() -> None:
    with pytest.raises(PilahError, match="No Dask scheduler answers"), fit_executor("tcp://127.0.0.1:9"):
        pass
