"""The words that begin a part of a letter, as patterns that forgive typing and the slips of OCR."""

from __future__ import annotations

import re

# OCR reads m as rn, and mixes up l, i and 1, o and 0.
_SLIPS = {"m": "(?:m|rn)", "l": "[l1i|ì]", "i": "[il1|ìí]", "o": "[o0]", " ": r"\s+", ".": r"\.?\s?", "*": r"\w*"}


def any_of(phrases: str) -> str:
    """A pattern for any of the phrases between commas: "*" is the rest of a word, a full stop may be left out.

    >>> bool(re.fullmatch(any_of("perihal, lamp."), "periha1"))
    True
    """
    written = ("".join(_SLIPS.get(letter, letter) for letter in phrase) for phrase in phrases.split(", "))
    return f"(?:{'|'.join(written)})"


def pattern(written: str) -> re.Pattern[str]:
    """A pattern that takes capitals and small letters alike."""
    return re.compile(written, re.IGNORECASE)


_COLON = r"\s*[:;]\s*"
_MONTHS = any_of(
    "jan*, feb*, peb*, mar*, apr*, mei, may, jun*, jul*, agu*, aug*, sep*, okt*, oct*, nov*, nop*, des*, dec*"
)
_DAY = rf"[\dolI.…]{{1,3}}\s*(?:(?:bulan\s+)?(?:{_MONTHS}|\d{{1,2}}\s+tahun)|[-/]\s?\d{{1,2}}\s?[-/])\s*[\dol]{{4}}"
# "Bandung, 3 Maret 2025" alone on its line.
DATE_LINE = pattern(rf"(?!.*\bsurat\b)(?:[A-Z][\w.' ]{{2,30}}?\s?[,.]?\s+)(?:\w+,?\s+){{0,2}}{_DAY}\s*$")
DATE_BELOW = re.compile(rf"^{DATE_LINE.pattern}", re.IGNORECASE | re.MULTILINE)
SUBJECT_LABEL = pattern(
    rf"{any_of('perihal, peri hal, prihal')}\b\s*[:;]?\s*|{any_of('hal, subject, subjek, subyek, judul, re')}{_COLON}(?:(?:re|fwd?):\s*)?"
    r"|hal\.\s*|hal(?:\s+(?!ini|itu|yang|tersebut)|$)"
)
HEAD_LABEL = pattern(
    any_of(
        "nomor, nomer, no., lampiran, lampi ran, lamp., sifat, derajat, klasifikasi, ref., ref. no., date, attachment*"
    )
    + rf"{_COLON}|nomor\s+\d+/\S|no(?:mor|\.)?\s+istimewa\b"
)
EMAIL_LABEL = pattern(
    rf"{any_of('from, dari, date, sent, dikirim, tanggal, tgl')}{_COLON}|-{{3,}}\s*{any_of('forwarded, original, pesan terusan, pesan diteruskan, pesan yang diteruskan, pesan asli')}"
)
EMAIL_ADDRESSEE = pattern(r"(?:to|ke|b?cc)\s*:\s*\S|(?:kepada|kpd)\s*:[^\S\n]*(?!yth)[^\s:]")
ADDRESSEE = pattern(
    rf"{any_of('kepada, kpd.')}\W*(?:{any_of('yth, yang terhormat, yang mulia, yang saya, yang kami, bapak, bpk, ibu, menteri')}\b|$)"
    rf"|ditujukan\s+kepada\b|yth\b|{any_of('yang terhormat, yang mulia')}\b"
)
# A line of an address, even after a blank line.
ADDRESS_LINE = pattern(
    r"(?:di|dl|d\s+i)\b\s*[-–.]*\s*\w*\s*$|(?:di\s*[-–]?\s*)?j\s?a\s?k\s?a\s?r\s?t\s?a\b.{0,12}$"
    rf"|{any_of('jl., jln., jalan , up., u.p., cq., c.q., republik indonesia, di tempat')}|\d\.\s+(?:bapak|menteri|ketua|kepala)"
)
END_OF_ADDRESS = pattern(
    r"\bdi\s*[-–.]*\s*(?:jakarta|tempat)\b(?:\s+(?:selatan|pusat))?[.,]?|\bjakarta(?:\s+(?:selatan|pusat))?\W*$"
)
COMPLETE_ADDRESS = pattern(rf"(?:{END_OF_ADDRESS.pattern})\s*$")
# "Dengan hormat", "Assalamu'alaikum wr. wb.", "Salam sejahtera bagi kita semua", "Horas".
GREETING = pattern(
    rf"(?:{any_of('dengan hormat, dengan horrnat, dengan segala hormat, dengan segala kerendahan hati')}"
    r"|ass?[a1]+[l1]+[a1]+m\w*\W?[a1]?[l1]\w*['’]?\w*(?:\s+w\w*\.?\s*w\w*\b\.?)?|ass?\.?\s+w\w*\.?\s*w\w*"
    r"|salam(?:[^\S\n]+[a-z]+){1,8}(?=\s*[,!.]|\s*\n)|salam\s+(?:sejahtera|hormat)|selamat\s+(?:pagi|siang|sore|malam)(?:\s+(?:pak|bapak|ibu|bpk)\b(?:\s*/\s*\w+)?)?"
    r"|dear\s+[^\n,]{2,30}(?=,)|horas|om\s+swastya?stu|sh?[iy]?alom(?:\s+bapak\s+ibu)?|hidup\s+\w+)"
    r"(?:[^\S\n]+(?:pak|bapak|bpk|ibu|bu)(?:[\s/]+\w+){0,3}(?=\s*[,.!]))?\s*[,.!]*(?:\s*(?:dengan\s+hormat|salam\s+\w+(?:\s+\w+)?)\s*[,.!])?"
)
# A greeting may go on to the end of its line, in any language.
REST_OF_GREETING = pattern(r"(?!\s*(?:saya|kami|yang|yg|bersama|dengan|perkenan\w*)\b)[^\n]{0,70}\n\s*\n")
# "Semoga Bapak selalu sehat.", below a greeting.
WISH = pattern(r"(?:semoga|teriring|puji\s+syukur|salam)\b.*[.,!]$")
FIELD = pattern(r"(?:[-*•]\s*|\d[.)]\s*)?[a-z][\w /.()'&-]{1,28}\s*:\s*\S")
SENDER_FIELD = pattern(
    r"(?:\d[.)]\s*)?"
    + any_of(
        "nama, nama lengkap, nik, no. ktp, no. reg, no. paspor, no. hp, umur, usia, tempat*, ttl, tgl. lahir, pekerjaan, jabatan, alamat, "
        "agama, status, pangkat, nip, nrp, kewarganegaraan, jenis kelamin, perkara, selaku"
    )
    + r"[^\n:]{0,20}:"
)
SIGNED = pattern(
    rf"(?:{any_of('saya, kami')}\s+)?{any_of('yang, yg')}\s+{any_of('bertanda tangan, bertandatangan, menulis surat, membuat surat, mengajukan surat')}|perkenankan(?:lah)?\s+(?:saya|kami)\W*$"
)
# "Keduanya advokat ...", "dalam hal ini bertindak ...": more about those who sign.
OF_SIGNERS = pattern(
    r"(?:ke(?:dua|tiga|empat|lima)nya|masing-masing|semuanya|dalam\s+hal\s+ini|bertindak|berdasarkan\s+surat\s+kuasa|(?:untuk\s+)?selanjutnya"
    r"\s+disebut|selaku)\b|(?-i:\d[.)]\s+(?:[A-Z][\w.,'-]*\s*){1,8}$)"
)
# What begins the body below the sender's lines.
REPORT = pattern(
    r"(?:dengan|bersama|melalui|lewat)\s+(?:surat\s+)?ini\b|(?:bahwa|sehubungan|berdasarkan|adapun|berkenaan|bermula|berawal|sejak)\b"
    r"|pada\s+(?:hari|tanggal|tgl|tahun|bulan)\b|(?:oleh\s+karena|untuk)\s+itu\b"
)
COPIES = pattern(
    rf"{any_of('tembusan, tembussan, tindasan, ditembuskan, salinan disampaikan, salinan kepada')}(?:\s+{any_of('surat, ini, kami, saya, di sampaikan, disampaikan, sampaikan, dikirim*, kirim*, kepada, kpd., yth.')})*"
    r"\s*(?:[:;.,]|$|(?-i:(?=[A-Z\d(\n])))|c\.?c\s?\.?\s*(?::|(?-i:(?=[A-Z][a-z])))"
)
DISPOSITION = pattern(
    any_of(
        "lembar disposisi, lembaran disposisi, disposisi, isi disposisi, kartu kendali, kartu disposisi, lembar penerus*, no. agenda, nomor agenda, "
        "diterima tu, diterima tgl, diterima tanggal"
    )
    + r"\b|(?:arahan|agenda|catatan)\b[^\n:]{0,25}:"
)
QUOTED = pattern(rf">|{any_of('dikirim dari, sent from, disclaimer')}\b|pada\s+.{{5,50}}menulis:|-{{2,}}\s*$|-{{5,}}")
CLOSING = pattern(
    any_of(
        "demikian, demikianlah, sekian, sekianlah, atas perhatian*, atas bantuan*, atas perkenan*, atas budi, atas terkabul*, atas kerja sama*, "
        "atas kerjasama*, atas kearifan*, atas kebijak*, atas segala, besar harapan, semoga, mohon maaf, kiranya bapak memaklumi, "
        "terima kasih, terimakasih, tks, thank you, sincerely, best regards, regards, hatur nuhun, matur nuwun, matur suwun, mauliate, suksma, danke, wa wa, syukron, "
        "wassalam*, wasalam*, billahi*, om santi*, tuhan memberkati, tuhan berkati, tuhan yesus, tuhan saja, panjang umur, solidaritas, "
        "salam, hormat, hormat saya, hormat kami, hormat dan doa, salam hormat, dari kami, yang membuat, yang menyatakan, yang melapor*, "
        "yang mengadu*, yang bermohon, mengetahui, a.n. menteri, a.n. kepala, a.n. sekretaris, a.n. keluarga, "
        "daftar nama, daftar tanda, tanda tangan, tertanda, ttd, cap jempol"
    )
    + r"\b(?!\s+(?:pula|juga|halnya|hal|keadaan|lama|banyak\s+(?:orang|warga|hal|kali)))|pe(?:mohon|lapor|ngadu)\s*(?:[,:]|$)"
)
# Thanks, or place and date, at the very end, wherever in the line.
THANKS = pattern(
    r"(?<=[\s,.])(?<!ucapkan )(?<!sampaikan )(?<!haturkan )"
    + any_of("terima kasih, terimakasih, makasih, hatur nuhun, matur nuwun, matur suwun, sekian dan, sekian terima")
    + rf"\b|(?<=[.!?]\s)(?-i:[A-Z]\w+(?: [A-Z]\w+)?),?\s+{_DAY}"
)
# Where a line is cut: a letter may be pasted without line breaks. In capitals and small letters as written, since the
# same words stand in the midst of sentences.
INLINE = re.compile(
    r"(?<=[\s,.])(?:(?:[Pp]er[il1]ha[l1]|PERIHAL|Hal|Nomor|No\.?|Lampiran|Lamp\.?|Sifat|To|Subject|Subjek)\s*:|[Pp]erihal\s|(?<=, )hal\s|(?<=\d{4} )[Hh]al\s"
    r"|(?:[Kk]epada|KEPADA|[Kk]pd\.?|KPD)\s+(?:[Yy]th|YTH|[Yy]ang\s+[TtMm])|Kepada\s+(?:Bapak|Bpk|Ibu)\b|(?<![Aa]da )(?<!ADA )(?<!pd )(?<!pd\. )[Yy]th\b"
    r"|[Dd]engan\s+[Hh]ormat|[Aa]ssalam|Salam\s+(?:hormat|sejahtera)|(?:(?:[Ss]aya|[Kk]ami)\s+)?(?<!aya )(?<!ami )[Yy]ang\s+bertanda"
    rf"|(?<!: )[A-Z]\w+,\s?\d{{1,2}}[ -](?i:{_MONTHS}|\d{{1,2}})[ -]\d{{4}}\b|[Tt]embusan\b(?!\s+(?:surat|itu|kami|saya))|Hormat\s+(?:saya|kami)\b"
    r"|[Dd]emikian(?:lah)?\s+(?:disampaikan|surat|permohonan|laporan|pengaduan|atas)\b)"
)
