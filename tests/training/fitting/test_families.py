from __future__ import annotations

from model.complaint import Complaint, Location
from model.office.units import Unit, Units
from training.fitting.families import find_families

PLACES = ("Melati", "Kenanga", "Dahlia", "Cempaka")
UNITS = Units(
    [*(Unit(f"b-{place.lower()}", f"Balai Urusan {place}") for place in PLACES), Unit("sosial", "Dinas Sosial")]
)
ROWS = [
    (f"b-{place.lower()}", Complaint("mohon surat pengantar", location=Location(village=place)))
    for place in PLACES
    for _ in range(4)
] + [("sosial", Complaint("bansos belum cair", location=Location(village="Melati")))] * 4


def test_a_family_with_an_invented_prefix_is_found() -> None:
    found = find_families(UNITS, ROWS)
    assert {unit_id: family for unit_id, (family, _) in found.items()} == dict.fromkeys(
        (f"b-{place.lower()}" for place in PLACES), "Balai Urusan"
    )


def test_a_unit_whose_name_is_no_place_joins_no_family() -> None:
    assert "sosial" not in find_families(UNITS, ROWS)
