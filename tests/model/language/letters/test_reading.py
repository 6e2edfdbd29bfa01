"""Letters are read part by part, and other texts are left alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.language.letters.parts import Part
from model.language.letters.reading import letter_of
from model.privacy.mask import mask
from tests.model.language.letters.letter_files import FOLDER, letters_in, part_shares

_LETTERS = [letter for name in ("building", "building_2") for letter in letters_in(FOLDER / name)]
_LETTER = """Bandung, 3 Maret 2025

Nomor : 12/PW/III/2025
Perihal : Jalan desa rusak

Kepada Yth.
Bapak Menteri Koordinator
di Jakarta

Dengan hormat,
Yang bertanda tangan di bawah ini:
Nama : Siti Contoh
Alamat : Dusun Mekar

Jalan desa kami putus sejak banjir bulan lalu.
Kami mohon jalan itu diperbaiki.
Kami mohon juga jembatannya diperiksa.

Demikian surat ini, terima kasih.

Hormat kami,
Siti Contoh

Tembusan:
1. Gubernur
2. Arsip"""


def test_a_letter_is_read_part_by_part() -> None:
    letter = letter_of(_LETTER)
    assert letter is not None
    assert [
        (found.part.value, _LETTER[found.start : found.end].split("\n", maxsplit=1)[0]) for found in letter.parts
    ] == [
        ("head", "Bandung, 3 Maret 2025"),
        ("subject", "Jalan desa rusak"),
        ("addressee", "Kepada Yth."),
        ("greeting", "Dengan hormat,"),
        ("identity", "Yang bertanda tangan di bawah ini:"),
        ("body", "Jalan desa kami putus sejak banjir bulan lalu."),
        ("demand", "Kami mohon jalan itu diperbaiki."),
        ("demand", "Kami mohon juga jembatannya diperiksa."),
        ("closing", "Demikian surat ini, terima kasih."),
        ("copies", "Tembusan:"),
    ]


def test_subject_body_and_demands_stay_at_their_places() -> None:
    letter = letter_of(_LETTER)
    assert letter is not None
    matter = letter.matter(_LETTER)
    assert len(matter) == len(_LETTER)
    assert matter.split() == [
        "Jalan",
        "desa",
        "rusak",
        "Jalan",
        "desa",
        "kami",
        "putus",
        "sejak",
        "banjir",
        "bulan",
        "lalu.",
        "Kami",
        "mohon",
        "jalan",
        "itu",
        "diperbaiki.",
        "Kami",
        "mohon",
        "juga",
        "jembatannya",
        "diperiksa.",
    ]
    assert all(written in {_LETTER[i], " ", "\n"} for i, written in enumerate(matter))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Lampu jalan mati",
        "Yth. Dinas Pekerjaan Umum, jalan berlubang di depan pasar. Terima kasih",
        "Selamat pagi, mohon sampah di gang kami diangkut. Terima kasih",
        "Saya minta tolong, alamat saya RT 3. Demikian",
        "Mohon lampu untuk jalan tembusan ke gang 4, di sana gelap. Terima kasih",
        "Kepada petugas sudah saya sampaikan perihal pungutan itu, tetapi tidak ada jawaban",
    ],
)
def test_a_text_with_a_greeting_or_an_addressee_alone_is_no_letter(text: str) -> None:
    assert letter_of(text) is None


def test_a_list_of_copies_below_a_request_is_a_part() -> None:
    text = "Jaksa itu meminta uang kepada mertua saya. Kami mohon jaksa itu diperiksa.\nTembusan: Menko, Jamwas"
    letter = letter_of(text)
    assert letter is not None
    assert [found.part for found in letter.parts] == [Part.BODY, Part.DEMAND, Part.COPIES]
    assert "Jamwas" not in letter.matter(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ende 8 Mei 2025\nKepada Yth Bapak Menteri\nSumur kami kering sejak ada tambang.\nTerima kasih pak, Siti Contoh",
            ["head", "addressee", "body", "closing"],
        ),
        (
            "Kepada yang saya hormati Bapak Menteri\nHal. sumur kering\n\nSumur kami kering.\n\nMatur nuwun.\nHormat saya,\nSiti",
            ["addressee", "head", "subject", "body", "closing"],
        ),
        (
            "Yth. Bapak Menteri\nDengan hormat,\nSumur kami kering. Kami mohon tambang diperiksa.\nHidup warga!\nSiti\nTindasan: Bupati",
            ["addressee", "greeting", "body", "demand", "closing", "copies"],
        ),
        (
            "From: Siti <siti@example.com>\nTo: aduan@example.go.id\nSubject: sumur kering\n\nSumur kami kering.\n\nSalam,\nSiti",
            ["quoted", "addressee", "head", "subject", "body", "closing"],
        ),
        (
            (
                "DISPOSISI MENTERI\nNo. Agenda : 12\nDINAS PERTAMBANGAN\nNomor : 5/T/2025\nHal : Sumur kering\nYth. Menteri di Jakarta\n\n"
                "Kami teruskan laporan tentang sumur yang kering.\n\nDemikian, terima kasih."
            ),
            ["disposition", "head", "subject", "addressee", "body", "closing"],
        ),
        (
            "PETISI WARGA\nkepada Menteri\n\nTambang merusak sumur kami. Kami menuntut:\n1) tambang ditutup\n2) sumur diganti\n\nTertanda:\n1. Siti\n2. Budi",
            ["head", "addressee", "body", "demand", "demand", "closing"],
        ),
        (
            "Yang terhormat Bapak Menteri,\nSumur kami kering. Kami memohon izin tambang ditinjau.\nBekasi, 3 Mei 2025\nHormat kami, Siti",
            ["addressee", "body", "demand", "closing"],
        ),
        (
            "Rahasia\nBekasi , 3 Mei 2025\nKepada Yth : Menteri\nPerihal : Sumur\nDengan ini kami laporkan sumur kering .\nHormat kami\nSiti",
            ["head", "addressee", "head", "subject", "body", "closing"],
        ),
        (
            "Bekasi, 3 Mei 2025\nKpd. Yth. Menteri\nSumur kami kering sejak ada tambang.\nMohon tambang diperiksa.",
            ["head", "addressee", "body", "demand"],
        ),
        (
            "Bekasi, 3 Mei 2025\nNo. Istimewa\nKepada\nYang Terhormat Bapak Menteri\ndi -\nTempat\nSumur kami kering sejak ada tambang.\nWassalam,\nSiti",
            ["head", "addressee", "body", "closing"],
        ),
        (
            "Perihal\n: Sumur kering\nYth. Menteri\n\nSaya Siti, umur 40 tahun, petani. Sumur kami kering.\n\nSiti\n\nDitembuskan kepada:\n- Bupati\n- Camat",
            ["head", "subject", "addressee", "identity", "body", "closing", "copies"],
        ),
        (
            "Nornor : 5/T/2025\nKepada Yth. Menteri\ndi Jakarta\n\nDengan horrnat,\nNarna : Siti\nDengan ini kami laporkan sumur kering.\nDernikian.",
            ["head", "addressee", "greeting", "identity", "body", "closing"],
        ),
        (
            (
                "Blora 3 Juni 2025 Hal sumur kering kepada yth bapak menteri di jakarta sumur di dusun kami sudah lama kering sejak ada "
                "tambang batu di atas dusun saya mohon tambangnya ditutup matur suwun pak. Siti"
            ),
            ["head", "subject", "addressee", "body", "demand", "closing"],
        ),
    ],
)
def test_letters_of_other_kinds_are_read(text: str, expected: list[str]) -> None:
    letter = letter_of(text)
    assert letter is not None
    assert [found.part.value for found in letter.parts] == expected


def test_a_letter_without_line_breaks_is_read() -> None:
    letter = letter_of(" ".join(_LETTER.split()))
    assert letter is not None
    assert {Part.SUBJECT, Part.ADDRESSEE, Part.BODY, Part.DEMAND, Part.CLOSING, Part.COPIES} <= {
        found.part for found in letter.parts
    }


def test_parts_of_the_building_letters_are_right() -> None:
    shares = part_shares(_LETTERS)
    demands = shares.pop("demands counted")
    right, total = (sum(share[i] for share in shares.values()) for i in (0, 1))
    assert right / total >= 0.97
    assert demands[0] / demands[1] >= 0.85


def test_a_masked_letter_has_the_same_parts() -> None:
    alike = 0
    for marked in _LETTERS:
        plain, masked = letter_of(marked.text), letter_of(mask(marked.text).text)
        assert plain is not None
        assert masked is not None
        alike += [found.part for found in plain.parts] == [found.part for found in masked.parts]
    assert alike / len(_LETTERS) >= 0.95


@given(st.lists(st.sampled_from([*_LETTER.split("\n"), "kepada", "Yth", ":", "\n", "\n\n", "1.", ";"]), max_size=30))
@example(_LETTER.split("\n"))
def test_the_parts_of_any_text_stand_in_order(lines: list[str]) -> None:
    for text in ("\n".join(lines), " ".join(lines)):
        letter = letter_of(text)
        if letter is None:
            continue
        ends = [0, *(found.end for found in letter.parts)]
        assert all(end <= found.start < found.end for end, found in zip(ends, letter.parts, strict=False))
        assert len(letter.matter(text)) == len(text)
        assert all(text[found.start : found.end].strip() == text[found.start : found.end] for found in letter.parts)
