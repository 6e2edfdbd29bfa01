"""The rules that an office writes itself."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.complaint import Complaint, Location
from model.errors import RulesFileInvalid
from model.office.rules import Action, Rule, Rules, read_rules
from model.office.units import Unit, Units
from model.suggestion import CategoryCandidate, ResolvedBy, UnitCandidate

UNITS = Units(
    [
        Unit("dishub", "Dinas Perhubungan"),
        Unit("dlh", "Dinas Lingkungan Hidup", abbreviations=("dlh",)),
        Unit("dpu", "Dinas Pekerjaan Umum"),
        Unit("lama", "Dinas Lama", valid_to=date(2024, 6, 30)),
    ]
)
CANDIDATES = (
    UnitCandidate("dishub", "", "Dinas Perhubungan", 0.6),
    UnitCandidate("dlh", "", "Dinas Lingkungan Hidup", 0.3),
    UnitCandidate("dpu", "", "Dinas Pekerjaan Umum", 0.1),
)
DAY = date(2024, 3, 1)
HEADER = "words,category,place,addressee,action,unit,reason,from,to\n"


def _rules(tmp_path: Path, *lines: str) -> Rules:
    path = tmp_path / "rules.csv"
    path.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    return read_rules(path, UNITS)


def _first(rules: Rules, text: str, category: CategoryCandidate | None = None, **fields: object) -> str:
    complaint = Complaint(text, **fields)  # type: ignore[arg-type]  # fields of a complaint, as the test names them
    return rules.apply(CANDIDATES, rules.matching(complaint, category, DAY)).candidates[0].id


def test_a_pin_puts_its_unit_first_and_shows_the_models_own(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "cemar,,,,pin,DLH,Perda 3/2020,,")
    ruled = rules.apply(CANDIDATES, rules.matching(Complaint("pabrik mencemari sungai"), None, DAY))
    assert [unit.id for unit in ruled.candidates] == ["dlh", "dishub", "dpu"]
    assert ruled.candidates[0].resolved_by is ResolvedBy.RULE
    assert ruled.candidates[0].confidence == 0.3
    assert ruled.rule is not None
    assert (ruled.rule.id, ruled.rule.action, ruled.rule.reason) == ("r2", "pin", "Perda 3/2020")
    assert ruled.model_unit == CANDIDATES[0]


def test_a_rule_keeps_the_line_ends_within_its_cells(tmp_path: Path) -> None:
    (rule,) = _rules(tmp_path, 'pasar,,,,pin,dlh,"rapat\u2028Maret,\nlihat notulen",,')
    assert rule.reason == "rapat\u2028Maret,\nlihat notulen"


def test_a_rule_that_agrees_with_the_model_is_named(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "lampu,,,,pin,dishub,SK 12,,")
    ruled = rules.apply(CANDIDATES, rules.matching(Complaint("lampu padam"), None, DAY))
    assert ruled.rule is not None
    assert ruled.model_unit is None


@pytest.mark.parametrize(
    ("cell", "text", "holds"),
    [
        ("lampu taman", "taman gelap karena lampunya mati", True),
        ("lampu taman", "lampu jalan mati", False),
        ('"""lampu taman"""', "taman gelap karena lampunya mati", False),
        ('"""lampu taman"""', "lampu taman mati", True),
        ("lampu -jalan", "lampu jalan mati", False),
        ("lampu -jalan", "lampu kamar mati", True),
        ("got; selokan", "selokan mampet", True),
    ],
)
def test_words_are_matched_by_their_stems(tmp_path: Path, cell: str, text: str, *, holds: bool) -> None:
    assert (_first(_rules(tmp_path, f"{cell},,,,pin,dpu,alasan,,"), text) == "dpu") is holds


def test_every_condition_of_a_rule_must_hold(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "air,Air Bersih,Rungkut,dlh,pin,dpu,alasan,,")
    category = CategoryCandidate("12", "Air Bersih", 0.9)
    told = {"location": Location(district="Rungkut"), "requested_unit": "Kepala DLH"}
    assert _first(rules, "air mati", category, **told) == "dpu"
    assert _first(rules, "air mati", None, **told) == "dishub"
    assert _first(rules, "air mati", category, location=Location(district="Tandes"), requested_unit="DLH") == "dishub"
    assert _first(rules, "air mati", category, location=Location(district="Rungkut")) == "dishub"


def test_forbid_takes_out_and_prefer_wins_only_a_close_race(tmp_path: Path) -> None:
    assert _first(_rules(tmp_path, "x,,,,forbid,dishub,bukan wewenang,,"), "x") == "dlh"
    assert _first(_rules(tmp_path, "x,,,,prefer,dlh,,,"), "x") == "dlh"
    assert _first(_rules(tmp_path, "x,,,,prefer,dpu,,,"), "x") == "dishub"


def test_a_rule_holds_only_between_its_dates_and_while_its_unit_exists(tmp_path: Path) -> None:
    assert _first(_rules(tmp_path, "x,,,,pin,dpu,alasan,2024-03-02,"), "x") == "dishub"
    assert _first(_rules(tmp_path, "x,,,,pin,dpu,alasan,,2024-03-01"), "x") == "dpu"
    rules = _rules(tmp_path, "x,,,,pin,Dinas Lama,alasan,,")
    assert rules.matching(Complaint("x"), None, date(2024, 7, 1)) == ()


def test_every_faulty_row_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(RulesFileInvalid) as problem:
        _rules(
            tmp_path,
            "x,,,,pasang,dpu,a,,",
            "x,,,,pin,Dinas Siluman,a,,",
            ",,,,pin,dpu,a,,",
            "x,,,,pin,dpu,,,",
            "x,,,,pin,dpu,a,1/2/24,",
        )
    message = str(problem.value)
    assert re.findall(r"row (\d+)(?:, column (\w+))?: ", message) == [
        ("2", "action"),
        ("3", "unit"),
        ("4", ""),
        ("5", "reason"),
        ("6", "valid_from"),
    ]
    assert "Dinas Siluman" in message


def test_a_spreadsheet_in_indonesian_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text("kata;tindakan;unit;alasan\nlampu;tetapkan;DLH;SK\n", encoding="utf-8-sig")
    assert [rule.action for rule in read_rules(path, UNITS)] == [Action.PIN]


def test_no_file_is_no_rules(tmp_path: Path) -> None:
    assert len(read_rules(tmp_path / "rules.csv", UNITS)) == 0


@given(
    st.lists(st.tuples(st.sampled_from(list(Action)), st.sampled_from([unit.id for unit in UNITS])), max_size=6),
    st.permutations(CANDIDATES),
)
def test_no_unit_occurs_twice_and_no_forbidden_unit_occurs(
    wanted: list[tuple[Action, str]], candidates: list[UnitCandidate]
) -> None:
    made = [
        Rule(str(number), (), frozenset(), (), (), action, unit_id, "alasan")
        for number, (action, unit_id) in enumerate(wanted)
    ]
    ruled = Rules(made, UNITS).apply(candidates, made)
    ids = [unit.id for unit in ruled.candidates]
    assert len(ids) == len(set(ids))
    assert not {unit_id for action, unit_id in wanted if action is Action.FORBID} & set(ids)
