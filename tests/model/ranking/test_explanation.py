from __future__ import annotations

from typing import TYPE_CHECKING

from model.complaint import Complaint
from model.versions.office_home import Office

if TYPE_CHECKING:
    from pathlib import Path


def test_evidence_points_at_the_words_as_they_stand(sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    suggestion = router.suggest(Complaint("Sertifikat tanah sy DITOLAK bpn, padahal tdk ada sengketa"))
    assert suggestion.evidence
    for word in suggestion.evidence:
        assert suggestion.text[word.start : word.end] == word.text


def test_function_words_and_numbers_are_no_evidence(sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    evidence = router.suggest(Complaint("dan yg di sertifikat tanah 2024 ditolak bpn")).evidence
    assert evidence
    assert not {word.text for word in evidence} & {"dan", "yg", "di", "2024"}
