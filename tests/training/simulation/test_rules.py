"""`pilah rules`: the office's rules replayed over its history."""

from pathlib import Path

from typer.testing import CliRunner

from model.complaint import Complaint
from model.history.rows import read_history
from model.versions.office_home import Office
from pilah import app


def _write(folder: Path, *lines: str) -> Path:
    path = folder / "rules.csv"
    path.write_text("words,action,unit,reason\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_replay_counts_what_each_rule_matched_and_lists_what_changed(sample_home: Path, tmp_path: Path) -> None:
    rules = _write(tmp_path, "sertifikat,pin,ombudsman,uji coba", "qwzxv,pin,ombudsman,tak pernah")
    target = tmp_path / "changes.csv"
    arguments = ["rules", "test", "--office", "kumham", "--home", str(sample_home), "--rules", str(rules)]
    result = CliRunner().invoke(app, [*arguments, "--out", str(target)])
    assert result.exit_code == 0, result.output
    assert "never" in result.output
    written = target.read_text(encoding="utf-8")
    assert written.count("\n") > 1
    secret = [
        row.complaint
        for row in read_history(Office(sample_home, "kumham").history_folder)
        if row.complaint.confidential
    ]
    assert secret
    assert not [complaint for complaint in secret if complaint.reference_id in written]


def test_a_rule_for_an_unknown_unit_is_refused_by_row(sample_home: Path, tmp_path: Path) -> None:
    rules = _write(tmp_path, "sertifikat,pin,Dinas Siluman,uji coba")
    arguments = ["rules", "check", "--office", "kumham", "--home", str(sample_home), "--rules", str(rules)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "row 2" in str(result.exception)


def test_the_champion_answers_by_the_offices_rules(sample_home: Path) -> None:
    office = Office(sample_home, "kumham")
    rules = _write(office.own_folder, "sertifikat,pin,ombudsman,uji coba")
    try:
        router, _ = office.load_champion()
        suggestion = router.suggest(Complaint("sertifikat tanah saya belum terbit di kantor pertanahan"))
    finally:
        rules.unlink()
    assert suggestion.rule is not None
    assert suggestion.units[0].name.startswith("Ombudsman")
    assert suggestion.unit_status == "review"
