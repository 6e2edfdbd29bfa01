from __future__ import annotations

from model.complaint import Complaint, Location
from model.office.units import Unit, Units
from model.ranking.places import PlaceEvidence, PlaceResolver
from model.suggestion import ResolvedBy
from training.fitting.families import find_families
from training.fitting.places import fit_places

PLACES = ("Melati", "Kenanga", "Dahlia", "Cempaka")
UNITS = Units(
    [*(Unit(f"b-{place.lower()}", f"Balai Urusan {place}") for place in PLACES), Unit("sosial", "Dinas Sosial")]
)
ROWS = [
    (f"b-{place.lower()}", Complaint("mohon surat pengantar", location=Location(village=place)))
    for place in PLACES
    for _ in range(4)
] + [("sosial", Complaint("bansos belum cair", location=Location(village="Melati")))] * 4


def _resolver() -> PlaceResolver:
    return fit_places(UNITS.with_memberships(find_families(UNITS, ROWS)), ROWS)


def test_the_place_field_decides_the_member() -> None:
    evidence = PlaceEvidence.of(Complaint("surat pengantar lama", location=Location(village="Dahlia")))
    best = _resolver().resolve("Balai Urusan", evidence, 1)[0]
    assert (best.unit_id, best.resolved_by) == ("b-dahlia", ResolvedBy.LOCATION)


def test_without_a_field_the_place_named_in_the_text_decides() -> None:
    best = _resolver().resolve("Balai Urusan", PlaceEvidence.of(Complaint("kantor urusan cempaka tutup")), 1)[0]
    assert (best.unit_id, best.resolved_by) == ("b-cempaka", ResolvedBy.TEXT)


def test_the_first_members_are_the_same_however_many_are_asked_for() -> None:
    resolver = _resolver()
    for text in ("kantor urusan cempaka tutup", "pengantar lama sekali", "dari melati ke dahlia"):
        for location in (Location(), Location(village="Kenanga"), Location(village="Melati")):
            evidence = PlaceEvidence.of(Complaint(text, location=location))
            everybody = resolver.resolve("Balai Urusan", evidence, len(PLACES))
            assert abs(sum(member.probability for member in everybody) - 1) < 1e-9
            for wanted in range(1, len(PLACES)):
                assert resolver.resolve("Balai Urusan", evidence, wanted) == everybody[:wanted]


def test_where_nothing_names_a_place_every_member_keeps_a_share() -> None:
    members = _resolver().resolve("Balai Urusan", PlaceEvidence.of(Complaint("pengantar lama sekali")), 4)
    assert all(member.resolved_by is ResolvedBy.NONE for member in members)
    assert abs(sum(member.probability for member in members) - 1) < 1e-9


def test_the_place_of_a_letters_sender_is_known_without_streets_named_after_places() -> None:
    text = (
        "YAYASAN CONTOH\nKomp. Bali Mas II No. 12\nPontianak, 3 Maret 2025\nHal: Pondok dibongkar\nKepada Yth. Menteri di Jakarta\n\n"
        "Pondok warga dibongkar.\n\nDemikian, terima kasih."
    )
    evidence = PlaceEvidence.of_sender(Complaint(text))
    assert {"pondok", "pontianak"} <= set(evidence.words)
    assert {"bali", "jakarta"}.isdisjoint(evidence.words)
    assert "pontianak" not in PlaceEvidence.of(Complaint(text)).words
