"""A rule more in a file that a spreadsheet wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from model.complaint import Complaint
from model.errors import RulesFileInvalid
from model.office.rules import Action, read_rules
from model.office.rules_file import NewRule, add_rule, preview_rule
from model.office.units import Unit, Units

if TYPE_CHECKING:
    from pathlib import Path

UNITS = Units([Unit("dishub", "Dinas Perhubungan"), Unit("dinsos", "Dinas Sosial")])
NEW_RULE = NewRule("dishub", "lampu tol", "", "milik badan usaha, bukan kami", "budi", date(2026, 3, 1))
SPREADSHEETS = {
    "none": None,
    "comma": "id,words,category,place,addressee,action,unit,reason,author,valid_from,valid_to\n"
    "r1,parkir,,,,pin,dishub,sejak Maret,,,\n",
    "semicolon, Indonesian, a mark, CRLF": "\ufeffid;kata;tindakan;unit;alasan\r\nr1;parkir;tetapkan;dishub;sejak Maret\r\n",
    "no line end, few columns": "action,unit,words\nprefer,dinsos,beras",
}


@pytest.mark.parametrize("kept", SPREADSHEETS.values(), ids=SPREADSHEETS.keys())
def test_a_rule_is_added_to_a_file_from_a_spreadsheet(tmp_path: Path, kept: str | None) -> None:
    path = tmp_path / "offices" / "uji" / "rules.csv"
    if kept is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(kept.encode())
    before = list(read_rules(path, UNITS))
    added = add_rule(NEW_RULE, path, UNITS)
    rules = read_rules(path, UNITS)
    assert list(rules) == [*before, added]
    assert (added.action, added.unit_id, added.author, added.valid_from) == (
        Action.FORBID,
        "dishub",
        "budi",
        date(2026, 3, 1),
    )
    assert rules.matching(Complaint("lampu di gerbang tol padam"), None, date(2026, 3, 2))[-1:] == (added,)
    written = path.read_bytes().decode()
    assert written.startswith("\ufeff") == (kept or "").startswith("\ufeff")
    assert (kept or "").splitlines()[1:] == written.splitlines()[1:-1]


def test_concurrent_writers_get_distinct_rule_ids(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: add_rule(NEW_RULE, path, UNITS), range(8)))
    assert len({rule.id for rule in read_rules(path, UNITS)}) == 8


@pytest.mark.parametrize("words", ["=1+1", "-tol", "@lampu", "lampu\ntol"])
def test_a_formula_or_a_line_break_in_a_rule_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(RulesFileInvalid):
        add_rule(replace(NEW_RULE, words=words), tmp_path / "rules.csv", UNITS)
    assert not (tmp_path / "rules.csv").exists()


def test_a_file_with_a_faulty_row_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text("action,unit,words\nterbang,dishub,lampu\n", encoding="utf-8")
    with pytest.raises(RulesFileInvalid, match="terbang"):
        add_rule(NEW_RULE, path, UNITS)
    assert path.read_text(encoding="utf-8") == "action,unit,words\nterbang,dishub,lampu\n"


def test_a_preview_leaves_the_file_unchanged(tmp_path: Path) -> None:
    assert preview_rule(NEW_RULE, tmp_path / "rules.csv", UNITS).unit_id == "dishub"
    assert not (tmp_path / "rules.csv").exists()
