"""The weights of rows by verdict, and rows of reassigned topics."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from model.office.units import Units
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.fitting.sample_weights import WRONG_WEIGHT, SampleWeights, relabel_reassigned

DAY = datetime(2024, 3, 1)  # noqa: DTZ001 - exports have no offset
TREE = "pohon tumbang menutup jalan depan sekolah"
TOLL = "lampu penerangan gerbang tol milik badan usaha rusak"
BASE = [
    *[("lampu jalan padam mawar", "Dinas Perhubungan")] * 6,
    *[("sampah bau menumpuk mawar", "Dinas Lingkungan Hidup")] * 6,
    *[("bantuan sosial belum cair mawar", "Dinas Sosial")] * 6,
]


def _row(n: int, text: str, unit: str, **fields: object) -> LabelledComplaint:
    complaint = Complaint(f"{text} nomor {n % 4}", received_at=DAY + timedelta(days=n))
    return LabelledComplaint(complaint, unit, "", **fields)  # type: ignore[arg-type]


def _first(rows: list[LabelledComplaint], text: str, **weights: float) -> str:
    ranking, units = fit_ranking(rows, Units([]), Recipe(**weights))  # type: ignore[arg-type]
    return units[ranking.rank_many([Complaint(text)])[0].units[0].unit_id].name


def _base() -> list[LabelledComplaint]:
    return [_row(n, text, unit) for n, (text, unit) in enumerate(BASE)]


def test_few_corrections_outweigh_more_untouched_acceptances() -> None:
    accepted = [_row(30 + n, TREE, "Dinas Perhubungan", verdict="accepted") for n in range(3)]
    corrected = [_row(30 + n, TREE, "Dinas Sosial", verdict="changed") for n in range(2)]
    rows = [*_base(), *accepted, *corrected]
    assert _first(rows, TREE, correction_weight=1.0, acceptance_weight=1.0) == "Dinas Perhubungan"
    assert _first(rows, TREE) == "Dinas Sosial"


@pytest.mark.parametrize("wrong_weight", [1.0, WRONG_WEIGHT])
@pytest.mark.parametrize(
    "wrong",
    [
        _row(40, TOLL, "Dinas Perhubungan", returned=True),
        _row(40, TOLL, "", verdict="rejected", wrong_units=("Dinas Perhubungan",)),
    ],
    ids=["returned", "rejected"],
)
def test_a_unit_that_was_wrong_is_not_suggested_first_for_nearly_the_same_text(
    wrong: LabelledComplaint, wrong_weight: float
) -> None:
    again = f"{TOLL} tolong"
    assert _first(_base(), again) == "Dinas Perhubungan"
    assert _first([*_base(), wrong], again, wrong_weight=0.0) == "Dinas Perhubungan"
    assert _first([*_base(), wrong], again, wrong_weight=wrong_weight) != "Dinas Perhubungan"


def test_a_wrong_unit_is_still_suggested_for_its_own_matters() -> None:
    wrong = [_row(40, TOLL, "Dinas Perhubungan", returned=True)]
    assert _first([*_base(), *wrong], "lampu jalan padam") == "Dinas Perhubungan"


def test_without_verdicts_the_weights_change_nothing() -> None:
    rows = _base()
    assert (SampleWeights(correction=7, acceptance=0.1).of(rows) == SampleWeights().of(rows)).all()


def _decided(n: int, towards: str) -> LabelledComplaint:
    """A suggestion of Dinas Sosial, kept or moved."""
    if towards == "Dinas Sosial":
        return _row(n, "bantuan", towards, verdict="accepted")
    return _row(n, "bantuan", towards, verdict="changed", wrong_units=("Dinas Sosial",))


def _now(rows: list[LabelledComplaint]) -> list[str]:
    wrong = [(at, unit) for at, row in enumerate(rows) for unit in row.known_wrong]
    return relabel_reassigned(rows, [row.unit for row in rows], wrong)


def test_only_older_rows_of_a_reassigned_unit_are_relabelled() -> None:
    old = [_row(n, "bantuan", "Dinas Sosial") for n in range(5)]
    moved = [_decided(10 + n, "Dinas Pangan") for n in range(12)]
    back_again = [_decided(30 + n, "Dinas Sosial") for n in range(16)]
    assert _now([*old, *moved, *back_again]) == ["Dinas Pangan"] * 17 + ["Dinas Sosial"] * 16


@pytest.mark.parametrize(
    "targets",
    [["Dinas Pangan"] * 9 + ["Dinas Sosial"] * 20, [f"Dinas {n % 4}" for n in range(30)]],
    ids=["too few", "scattered"],
)
def test_few_or_scattered_corrections_relabel_nothing(targets: list[str]) -> None:
    rows = [_row(n, "bantuan", "Dinas Sosial") for n in range(5)]
    rows += [_decided(10 + n, target) for n, target in enumerate(targets)]
    assert _now(rows) == [row.unit for row in rows]


def test_a_reassigned_unit_is_no_longer_suggested() -> None:
    lamps = "lampu jalan padam mawar"
    moved = [
        _row(40 + n, lamps, "Dinas Sosial", verdict="changed", wrong_units=("Dinas Perhubungan",)) for n in range(10)
    ]
    assert _first([*_base(), *moved], "lampu padam") == "Dinas Sosial"
