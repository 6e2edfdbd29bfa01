"""Spellings of one place."""

from __future__ import annotations

from model.complaint import Complaint, Location
from model.office.place_names import place_fields, place_key


def test_spellings_of_one_place_have_one_key() -> None:
    assert place_key("Kel. Wonorejo-Rungkut") == place_key("kel  WONOREJO rungkut")


def test_places_come_smallest_first_with_and_without_their_kind() -> None:
    complaint = Complaint("x", location=Location("Prov. Jawa Timur", "Surabaya", "", "Kelurahan Wonorejo"))
    expected = ["kelurahan wonorejo", "wonorejo", "surabaya", "prov jawa timur", "jawa timur"]
    assert list(place_fields(complaint)) == expected


def test_a_kind_alone_stays() -> None:
    assert list(place_fields(Complaint("x", location=Location(village="Desa")))) == ["desa"]
