"""What masking may never let through, and what it must leave alone."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.privacy.mask import Masked, mask

CASES = Path(__file__).with_name("masking_cases.csv")
PLACEHOLDERS = "[NIK] [KK] [TELEPON] [EMAIL] [TAUTAN] [AKUN] [PLAT] [REKENING] [NOMOR] [NAMA]"
# The pieces that rules look for, so that chance meets them in every order.
TELLING = st.sampled_from(
    [
        *PLACEHOLDERS.split(),
        "nama :",
        "Nama saya",
        "a.n.",
        "Budi",
        "santoso",
        "bin",
        "H.",
        "NIK",
        "KK",
        "no hp",
        "rek",
        "tiket",
        "0812",
        "3578019901900001",
        "1234",
        "16",
        "62",
        "+",
        "(",
        ")",
        "-",
        ".",
        "/",
        ",",
        "\n",
        " ",
        "  ",
        "\u200b",
        "\x00",
        "@",
        "a@b.co",
        "ig:",
        "www.",
        "http://",
        "bit.ly/x",
        "L 1234 AB",
        "nopol",
        "mobil",
        "LP/B/1/2024",
        "Rp",
        "12-03-2024",
        "１２",
        "\ue000",
        "́",
        "pak Budi",
        "Ibu",
        "dan",
        "warga",
        "juta",
        "99/Pid.B/2023/PN",
    ]
)


def _cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _holds(case: dict[str, str]) -> bool:
    masked = mask(case["text"])
    if not case["secret"]:
        return masked == Masked(case["text"], 0, ())
    return case["secret"] not in masked.text and case["masked_as"] in masked.text and masked.count > 0


def test_every_written_case_is_masked_or_left_as_it_says() -> None:
    failures = [f"{case['kind']}: {case['text']} -> {mask(case['text']).text}" for case in _cases() if not _holds(case)]
    assert not failures, "\n".join(failures)


def test_kinds_come_in_the_order_met_and_each_once() -> None:
    masked = mask("Nama: Siti Contoh, hp 0812-0000-0002, nik 3578019901900001, hp 081200000003")
    assert masked == Masked("Nama: [NAMA], hp [TELEPON], nik [NIK], hp [TELEPON]", 4, ("NAMA", "TELEPON", "NIK"))


def test_placeholders_already_there_stay_and_are_not_counted() -> None:
    text = f"Nama: [NAMA], NIK [NIK] dan {PLACEHOLDERS}"
    assert mask(text) == Masked(text, 0, ())


def test_the_text_around_a_masked_stretch_stays_as_it_was_written() -> None:
    text = "Ｈａｌｏ\u00a0pak\x00, hp ０８１２\u200b０００００００２ \u2014 ya 👍\u200d"
    assert mask(text).text == "Ｈａｌｏ\u00a0pak\x00, hp [TELEPON] \u2014 ya 👍\u200d"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Nama\t: Budi Contoh\nUmur\t: 40 tahun", "Nama\t: [NAMA]\nUmur\t: 40 tahun"),
        ("Hormat saya,\nBudi Contoh", "Hormat saya,\n[NAMA]"),
        ("perkenalkan saya budi dari kenari", "perkenalkan saya [NAMA] dari kenari"),
        ("NAMA SAYA BUDI CONTOH INGIN MELAPORKAN", "NAMA SAYA [NAMA] INGIN MELAPORKAN"),
        ("sudah lapor pak Budi dan Bu Siti", "sudah lapor pak [NAMA] dan Bu [NAMA]"),
        ("kirim ke budi [at] contoh.com ya", "kirim ke [EMAIL] ya"),
        ("fb: Budi Contoh sudah saya tegur", "fb: [AKUN] sudah saya tegur"),
    ],
)
def test_personal_data_in_other_ways_of_writing_is_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "kejadian 08-12-2023 10.30 sampai 11.30, tgl 12-03-2024 08.00 - 16.00",
        "anggaran 12000000000 rupiah, Rp 850000000 serta 1.500.000 2.500.000 3.000.000",
        "sejak 2019 2020 2021 2022 sudah empat kali",
        "di RT 12 RW 13 no 14 gang 15 rumah 17 dan 18 19 20",
        "surat nomor 045/123/2024 dan 188.45/12/KEP/2023",
        "bpjs 150000 per bulan, tiket 50000, transfer 5000000 ke bri",
        "beras @Rp5.000, telur @2rb, 5@2000",
        "beras@Rp5.000, gula@rp 14rb, telur@Rp2.500/butir",
        "a.n. CV Sentosa, atas nama PT Maju Jaya, nama : tidak mau disebut",
        "cek di oss.go.id dan sscasn.bkn.go.id lalu tutup.info lebih lanjut",
        "Jalan Pak Kasih macet, Bapak Bupati dan Ibu Hamil menunggu",
        "truk B 35 DAN bus L300 mobil 1500 cc, D 1000 orang, R 100 KK",
    ],
)
def test_numbers_and_words_that_belong_to_nobody_stay(text: str) -> None:
    assert mask(text) == Masked(text, 0, ())


@given(
    st.one_of(
        st.text(max_size=80), st.lists(TELLING, max_size=14).map(" ".join), st.lists(TELLING, max_size=14).map("".join)
    )
)
@example("nama : [NIK")
@example("L 1234 [PLAT]")
@example("0/P/.LP/0/00")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once.text) == Masked(once.text, 0, ())
    assert bool(once.kinds) == bool(once.count) == (once.text != text)


@given(st.lists(st.one_of(TELLING, st.text(max_size=8)), max_size=10).map(" ".join))
def test_what_is_not_masked_keeps_every_character_in_its_order(text: str) -> None:
    kept = re.split("|".join(map(re.escape, PLACEHOLDERS.split())), mask(text).text)
    assert re.fullmatch(".*".join(map(re.escape, kept)), text, re.DOTALL)


HARD_TO_READ = [
    *(
        "1 ",
        "0 8 ",
        "12.",
        "1234 ",
        "081 ",
        "0812-",
        "hal 12.30 ",
        "no no 1234 ",
        "3578 ",
        "-",
        "(",
        "a",
        "A",
        "\u200b1",
    ),
    *(
        "a@",
        "a@a@a@",
        " @ ",
        "@a.",
        "www.",
        "http://",
        "a.a.",
        "ig:",
        "LP/",
        "1/Pdt/",
        "L 1 ",
        "mobil L 1 ",
        "[",
        "[NIK]",
    ),
    *(
        "nama ",
        "nama: ",
        "nama saya ",
        "a.n. ",
        "H. ",
        "a-",
        "a'",
        "Budi bin ",
        "pak B",
        "perkenalkan ",
        "bertanda tangan ",
    ),
]


@pytest.mark.parametrize("unit", HARD_TO_READ)
def test_a_long_run_of_anything_is_masked_without_hanging(unit: str) -> None:
    text = (unit * (250_000 // len(unit) + 1))[:250_000]
    started = time.process_time()
    mask(text)
    # A guard against a hang, not a measurement: quadratic work would take many minutes.
    assert time.process_time() - started < 10


def test_a_place_in_the_masked_text_leads_to_the_text_as_given() -> None:
    text = "Nama: Siti Contoh, NIK 3578019901900001, RT 03\u200b, hp 081200000001 selesai"
    masked = mask(text)
    for word in ("NIK", "RT", "hp", "selesai"):
        assert masked.unmasked(masked.text.index(word)) == text.index(word)
    assert masked.unmasked(len(masked.text)) == len(text)
    assert masked.unmasked(masked.text.index("[NIK]")) == text.index("3578")
    assert mask("lampu mati").unmasked(5) == 5
