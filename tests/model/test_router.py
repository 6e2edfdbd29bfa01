"""Suggestions of a router: units in force, places, evidence, and what is never shown."""

from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from model.complaint import Complaint
from model.history.rows import read_history
from model.ranking.returned_texts import ReturnedTexts
from model.router import Router
from model.suggestion import NoticeCode, ResolvedBy, Status
from model.versions.office_home import Office


@pytest.fixture(scope="module")
def office(sample_home: Path) -> Office:
    return Office(sample_home, "kumham")


@pytest.fixture(scope="module")
def router(office: Office) -> Router:
    return office.load_champion()[0]


def test_no_unit_is_suggested_outside_its_dates(router: Router, office: Office) -> None:
    complaints = [row.complaint for row in read_history(office.history_folder)]
    for day in (date(2024, 3, 1), date(2024, 11, 30), date(2026, 11, 24)):
        for suggestion in router.suggest_many(complaints, evidence=False, today=day):
            assert all(router.units[unit.id].valid_on(day) for unit in suggestion.units)


def test_a_unit_that_was_replaced_says_so(router: Router) -> None:
    text = "Permohonan pewarganegaraan saya di Kementerian Hukum dan HAM belum dijawab"
    before = router.suggest(Complaint(text), today=date(2024, 5, 1))
    assert NoticeCode.UNIT_RETIRED not in {notice.code for notice in before.notices if notice.detail == ""}
    assert all(router.units[unit.id].valid_on(date(2025, 5, 1)) for unit in router.suggest(Complaint(text)).units)


def test_a_kabupaten_in_the_text_leads_to_its_provinces_polda(router: Router) -> None:
    suggestion = router.suggest(
        Complaint("laporan penganiayaan saya di polres langkat sudah setahun tidak ada kejelasan")
    )
    polda = [unit for unit in suggestion.units if unit.name.startswith("Polda")]
    assert polda[0].name == "Polda Sumatera Utara"
    assert polda[0].resolved_by is ResolvedBy.TEXT


def test_a_family_without_a_place_says_that_the_place_is_missing(router: Router) -> None:
    suggestion = router.suggest(
        Complaint("laporan saya di polda belum ada perkembangan, penyidik polisi tidak menjawab")
    )
    if router.units[suggestion.units[0].id].family:
        assert NoticeCode.PLACE_MISSING in {notice.code for notice in suggestion.notices}


def test_neither_evidence_nor_precedents_show_a_confidential_complaint(router: Router, office: Office) -> None:
    rows = read_history(office.history_folder)
    secret = {row.complaint.reference_id for row in rows if row.complaint.confidential}
    assert secret
    for row in rows[:120]:
        suggestion = router.suggest(Complaint(row.complaint.text))
        assert not secret & {precedent.reference_id for precedent in suggestion.precedents}
        assert not [
            notice for notice in suggestion.notices if notice.detail and secret & set(str(notice.detail).split(", "))
        ]


def test_the_first_candidate_is_in_the_set_and_confidence_falls(router: Router, office: Office) -> None:
    for row in read_history(office.history_folder)[:60]:
        suggestion = router.suggest(row.complaint, evidence=False)
        assert suggestion.units[0].in_set
        confidences = [unit.confidence for unit in suggestion.units]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) <= 1 + 1e-9


def test_text_of_another_world_is_unsure(router: Router) -> None:
    assert router.suggest(Complaint("zxcv qwop plmk nbvg htrf wsdx")).status is Status.UNSURE


@pytest.mark.parametrize("text", ["1 2 3", "Terima kasih banyak atas bantuannya, Pak", "selamat pagi Bapak 12345"])
def test_a_text_without_content_is_unsure_and_says_so(router: Router, text: str) -> None:
    suggestion = router.suggest(Complaint(text))
    assert {suggestion.unit_status, suggestion.category_status} == {Status.UNSURE}
    assert NoticeCode.WITHOUT_CONTENT in [notice.code for notice in suggestion.notices]
    assert suggestion.track_record is None


def test_a_text_too_short_to_be_judged_has_no_track_record(router: Router) -> None:
    suggestion = router.suggest(Complaint("sertifikat"))
    assert NoticeCode.TEXT_TOO_SHORT in [notice.code for notice in suggestion.notices]
    assert suggestion.unit_status is not Status.CONFIDENT
    assert suggestion.track_record is None


_CONFIDENT = (
    "Sertifikat tanah saya belum terbit di kantor pertanahan padahal semua berkas sudah lengkap sejak tahun lalu"
)


@pytest.fixture(scope="module")
def sure_router(router: Router) -> Router:
    """The router with a low threshold, so that the sample's small model is confident of clear texts."""
    sure = copy(router)
    for name in ("_unit_calibration", "_category_calibration"):
        setattr(sure, name, replace(getattr(router, name), confident_from=0.3))
    return sure


def test_a_contrast_is_not_confident_and_says_so(sure_router: Router) -> None:
    assert sure_router.suggest(Complaint(_CONFIDENT)).unit_status is Status.CONFIDENT
    suggestion = sure_router.suggest(Complaint(f"{_CONFIDENT}. Pajaknya tidak bermasalah, yang bermasalah suratnya"))
    assert suggestion.unit_status is not Status.CONFIDENT
    assert suggestion.category_status is not Status.CONFIDENT
    assert suggestion.track_record is None
    assert NoticeCode.CONTRAST in [notice.code for notice in suggestion.notices]


def test_several_matters_are_not_confident_and_name_the_other_unit(sure_router: Router) -> None:
    other = "Laporan penganiayaan saya di polres belum ditindaklanjuti penyidik polisi"
    alone = sure_router.suggest(Complaint(other))
    assert alone.unit_status is Status.CONFIDENT
    long = " ".join([_CONFIDENT] * 3)
    suggestion = sure_router.suggest(Complaint(f"{long}. {other}"))
    assert suggestion.unit_status is Status.REVIEW
    notice = next(notice for notice in suggestion.notices if notice.code is NoticeCode.SEVERAL_MATTERS)
    assert notice.detail in {alone.units[0].name, sure_router.suggest(Complaint(_CONFIDENT)).units[0].name}
    assert suggestion.track_record is None


def test_a_unit_that_returned_a_copy_before_the_training_is_left_out_with_a_notice(sure_router: Router) -> None:
    before = sure_router.suggest(Complaint(_CONFIDENT))
    assert before.unit_status is Status.CONFIDENT
    taught = copy(sure_router)
    ranking = copy(sure_router._ranking)  # noqa: SLF001 - a training on returned rows takes half a minute
    setattr(ranking, "_returned_texts", ReturnedTexts([(_CONFIDENT, before.units[0].id)]))  # noqa: B010
    setattr(taught, "_ranking", ranking)  # noqa: B010
    suggestion = taught.suggest(Complaint(f"{_CONFIDENT} sekali"))
    assert before.units[0].id not in [unit.id for unit in suggestion.units]
    notice = next(notice for notice in suggestion.notices if notice.code is NoticeCode.RETURNED_BY_UNIT)
    assert (notice.count, notice.detail) == (1, before.units[0].name)
    assert suggestion.unit_status is not Status.CONFIDENT
    assert suggestion.track_record is None


_LETTER = f"""Bandung, 3 Maret 2025
Perihal: Sertifikat tanah belum terbit
Kepada Yth. Kapolri
di Jakarta

Dengan hormat,
Saya, NIK 3578012304780002, beralamat di Bandung.

{_CONFIDENT} di Bandung.

Kami mohon sertifikat tanah itu diterbitkan kantor pertanahan.
Kami mohon juga penyidik polres memeriksa laporan penganiayaan saya di kepolisian.

Demikian, terima kasih.
Hormat saya

Tembusan:
1. Ketua Komisi Pemberantasan Korupsi
2. Jaksa Agung
"""
_BARE = "\n\n".join(
    (
        "Sertifikat tanah belum terbit",
        f"{_CONFIDENT} di Bandung.",
        "Kami mohon sertifikat tanah itu diterbitkan kantor pertanahan.",
        "Kami mohon juga penyidik polres memeriksa laporan penganiayaan saya di kepolisian.",
    )
)


def test_a_letter_has_the_candidates_of_its_bare_matter(router: Router) -> None:
    letter, bare = router.suggest(Complaint(_LETTER)), router.suggest(Complaint(_BARE))
    assert [(unit.id, unit.confidence) for unit in letter.units] == [(unit.id, unit.confidence) for unit in bare.units]
    assert letter.categories == bare.categories
    words = [_LETTER.index(word.text) for word in letter.evidence]
    assert words
    assert all("Tembusan" not in letter.text[: word.end] for word in letter.evidence)


def test_the_units_in_a_list_of_copies_were_informed_by_the_sender(router: Router) -> None:
    suggestion = router.suggest(Complaint(_LETTER))
    informed = [unit.id for unit in suggestion.copies if unit.informed]
    assert informed == ["komisi-pemberantasan-korupsi", "kejaksaan-agung"]
    assert not any(unit.informed for unit in router.suggest(Complaint(_BARE)).copies)
    addressed = [notice.detail for notice in suggestion.notices if notice.code is NoticeCode.ADDRESSEE_NAMED]
    assert addressed == ["Mabes Polri"]


def test_the_parts_of_a_letter_are_places_in_the_text_as_given(router: Router) -> None:
    suggestion = router.suggest(Complaint(_LETTER), evidence=False)
    assert "3578012304780002" not in suggestion.text
    parts = {found.part.value: _LETTER[found.start : found.end] for found in suggestion.letter}
    assert parts["subject"] == "Sertifikat tanah belum terbit"
    assert parts["identity"].endswith("beralamat di Bandung.")
    assert parts["body"] == f"{_CONFIDENT} di Bandung."
    assert parts["copies"].startswith("Tembusan:")
    assert router.suggest(Complaint(_BARE), evidence=False).letter == ()


def test_each_demand_of_a_letter_has_candidates_of_its_own(router: Router) -> None:
    suggestion = router.suggest(Complaint(_LETTER), evidence=False)
    assert [_LETTER[matter.start : matter.end] for matter in suggestion.matters] == [
        "Kami mohon sertifikat tanah itu diterbitkan kantor pertanahan.",
        "Kami mohon juga penyidik polres memeriksa laporan penganiayaan saya di kepolisian.",
    ]
    assert all(matter.units and matter.categories for matter in suggestion.matters)
    land, police = ([unit.name for unit in matter.units] for matter in suggestion.matters)
    assert land[0].startswith("Kanwil BPN")
    assert any(name.startswith(("Polda", "Mabes")) for name in police)


def test_a_demand_for_another_unit_lowers_a_confident_letter(sure_router: Router) -> None:
    suggestion = sure_router.suggest(Complaint(_LETTER), evidence=False)
    if NoticeCode.SEVERAL_MATTERS in [notice.code for notice in suggestion.notices]:
        assert suggestion.unit_status is Status.REVIEW
    assert len(suggestion.matters) == 2


def test_a_long_text_names_the_sentence_that_speaks_for_the_unit(router: Router) -> None:
    filler = "Kantor pertanahan di kota kami ramai. " * 22
    suggestion = router.suggest(Complaint(f"{filler}{_CONFIDENT}. {filler}"))
    assert suggestion.sentence is not None
    assert suggestion.sentence.weight > 0
    assert suggestion.text[suggestion.sentence.start : suggestion.sentence.end] == suggestion.sentence.text
    assert router.suggest(Complaint(_CONFIDENT)).sentence is None
