"""Find the word before a number that tells its kind, such as "rekening" before an account number."""

from __future__ import annotations

import re
from typing import NamedTuple

from model.privacy.spans import word_set, words_before

_NUMBER_WORDS = word_set("""
    no nomor nomer nmr nmer number id kode noktp nokk norek nohp nowa idpel norekening
""")

_BANKS = word_set("""
    bank bri bni bca bsi btn btpn mandiri cimb niaga danamon permata mega bukopin jatim jateng bjb dki seabank jago
    jenius muamalat panin ocbc maybank dana shopeepay linkaja briva
""")

# Words between a cue and its number.
_FILLERS = _NUMBER_WORDS | word_set("""
    nya saya sy aku kami istri suami anak ibu bapak ayah orang tua pelapor pelaku penipu pemohon terlapor korban
    adalah yaitu yakni yg yang lama baru ini itu dgn dengan di ke pada milik atas pribadi induk aktif pdam pln
    listrik air kesehatan ketenagakerjaan ujian cpns pppk haji rumah kantor desa dinas elektronik a c el ya min
    tujuan tabungan hak sekolah siswa admin dr dari kelahiran kematian nikah lahir darurat keluarga center person
    app tanah pajak polisi kks prakerja
""")

_CUES = {
    cue: name
    for name, cues in {
        "KK": "kk|nokk|kartu keluarga",
        "NIK": "nik|niknya|ktp|ektp|ktpnya|noktp|induk kependudukan",
        "LONG": "npwp|nip|nisn|nuptk|nis|bpjs|jkn|kis|nop|idpel|id pel|id pelanggan|no meter|nomor meter|porsi|peserta|imei|nib|"
        "induk pegawai|induk siswa",
        "REKENING": "rek|rekening|rekeningnya|norek|norekening|virtual account|va|atm|transfer|tf|trf|"
        + "|".join(_BANKS),
        "TELEPON": "hp|hpnya|wa|wanya|nohp|nowa|whatsapp|whats app|wasap|tel|telp|telpon|telepon|telephone|telpn|telfon|telpun|"
        "tlp|tlpn|tilpun|nope|cp|call|sms|kontak|hubungi|hub|dihubungi|menghubungi|ditelepon|contact|ponsel|handphone|seluler|"
        "fax|faks|hotline|gopay|ovo|menelepon|nelpon|telponnya",
        "SURE": "tracking|tiket|ticket|shm|shgb|sppt|registrasi|resi|booking|paspor|passport|pasport|polis|kitas|kitap|visa|"
        "bpkb|skck",
        "MAYBE": "pengaduan|aduan|laporan|lapor|sertifikat|sertipikat|hak milik|sim|pelanggan|pendaftaran|reg|kartu|akta|berkas|"
        "permohonan|identitas|pasien|medis|rm|anggota|pegawai|pesanan|order|transaksi|invoice|kontrak|meteran|rangka|mesin|"
        "seri|stnk|tagihan|referensi|ref",
    }.items()
    for cue in cues.split("|")
}

_CUE_REACH = 72
_MOST_FILLERS = 5
_LETTERS = re.compile(r"[^\W\d_]+")
_GAP_IN_CUE = re.compile(r"[ :=.#(\n,'\"/+-]{0,5}")
_CODE_PREFIX = re.compile(r"(?<![^\W_])[a-z]{1,6}[-/]?$", re.IGNORECASE)


class Expected(NamedTuple):
    """The kind and the length of the number after a cue.

    Groups are joined until the number has `least` digits, and up to `most` at the longest. A number of `enough` digits is
    masked; without a word such as "nomor" before the number, of `enough_without_number_word` digits.
    """

    kind: str
    least: int
    most: int
    enough: int
    enough_without_number_word: int = 0


EXPECTED = {
    "KK": Expected("KK", 16, 16, 10),
    "NIK": Expected("NIK", 16, 16, 10),
    "LONG": Expected("NOMOR", 13, 20, 5, 8),
    "REKENING": Expected("REKENING", 10, 18, 7),
    "TELEPON": Expected("TELEPON", 9, 14, 6),
    "SURE": Expected("NOMOR", 8, 20, 4),
    "MAYBE": Expected("NOMOR", 8, 20, 4, 6),
}


class Cue(NamedTuple):
    """A cue before a number: its name in EXPECTED, whether a word such as "nomor" is near, and the length of a prefix.

    The prefix is a group of letters as in "REG-0012", part of the number.
    """

    name: str
    numbered: bool
    prefix: int


def cue_before(plain: str, position: int) -> Cue | None:
    """The nearest cue before the number at a position, with only fillers in between."""
    before = words_before(plain, position, _CUE_REACH)
    words = [(match.group().lower(), *match.span()) for match in _LETTERS.finditer(before)]
    next_start, prefix, numbered = len(before), 0, False
    for back in range(1, min(len(words), _MOST_FILLERS + 1) + 1):
        word, start, end = words[-back]
        previous = words[-back - 1][0] if back < len(words) else ""
        if not _GAP_IN_CUE.fullmatch(before, end, next_start):
            return None
        numbered = numbered or word in _NUMBER_WORDS
        if name := _CUES.get(f"{previous} {word}") or _CUES.get(word):
            near = any(nearby in _NUMBER_WORDS for nearby, _, _ in words[-back - 3 : -back])
            return Cue(name, numbered or near, prefix)
        if word not in _FILLERS:
            if back > 1 or not _CODE_PREFIX.search(before):
                return None
            prefix = len(before) - start
        elif back == 1 and end == len(before):
            prefix = len(before) - start
        next_start = start
    return None
