"""Find names of people by the words before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.privacy.spans import Span, word_set, words_before

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROLE = (
    r"(?:lengkap|saya|sy|aku|pelapor|terlapor|pemohon|pengadu|korban|anak|istri|suami|ibu|ayah|bapak|orang tua|siswa|pasien|pemilik"
    r"|penerima|pelaku|pelanggan|ahli waris|kandung|panggilan|wali|murid|mahasiswa|peserta|almarhum|alm|penipu|petugas|guru)"
)

# After `any` a name may have either case; after `capitals`, which is ordinary speech too, only capitalised words count.
_NAME_CUE = re.compile(
    r"(?<![^\W_])(?:(?P<any>"
    rf"nama(?:[ ]{_ROLE}){{0,3}}(?:nya)?[ ]{{0,30}}[:=]"
    r"|nama(?:[ ]lengkap)?[ ](?:saya|sy|aku|gue|gw)(?:[ ](?:adalah|ialah|yaitu|itu))?(?=[ ,:])|namaku"
    r"|a[.]?[ ]?n[.][ ]?:?|a/n[.]?[ ]?:?|an[.:][ ]?|atas[ ]nama(?=[ :])|a[ ]?\.[ ]?n[ ]?(?=[ :])"
    r"|ber?nama(?=[ :])|(?:per)?kenalkan[ ,]{0,3}(?:nama[ ])?(?:saya|sy|aku)(?=[ ,:])"
    r"|sdra?i?[. ]|sdr[i]?/i[. ]"
    r")|(?P<capitals>"
    rf"nama(?:[ ]{_ROLE}){{1,3}}(?=[ ])|(?:^|(?<=[:;,.(\n])|(?<=[:;,.(\n][ ])|(?<=dengan[ ])|(?<=dgn[ ]))nama(?=[ ])"
    r"|(?:saudara|saudari|saudara/i)(?=[ :])|bertanda[ ]?tangan(?:[ ]di[ ]?bawah)?(?:[ ]ini)?(?=[ ,:])"
    r"|(?:pelapor|terlapor|pemohon|pengadu|penggugat|tergugat|terdakwa|tersangka|korban|pelaku)[ ]{0,2}:"
    r"|hormat[ ](?:saya|kami)[ \n,]{0,80}|(?<=[.,\n ])ttd|tertanda|(?:^|(?<=\n))(?:saya|kami),(?=[ ])"
    r"))[ \n,.:=-]{0,5}",
    re.IGNORECASE | re.MULTILINE,
)

_ADDRESSED = re.compile(r"[PpBbIiMm](?:ak|apak|pk|u|bu|as|bak|ba)[.]?[ ](?=[A-Z])")

_PLACE_BEFORE = re.compile(
    r"(?:jalan|jln?|rs\w{0,3}|gang|gg|sakit|klinik|sekolah|toko|warung|masjid|yayasan|bakso|depot|hari|kampung|desa)[. ]{1,2}$",
    re.IGNORECASE,
)

_NAME_WORD = re.compile(r"[ ]{0,3}(?P<word>[^\W\d_](?:['’`-]?[^\W\d_]){0,59}+)(?P<dot>[.]?)")

_TITLES = word_set("""
    h hj kh dr drs dra ir prof alm almh almarhum almarhumah m muh moh mohd muhamad st rr r rm ra tn ny nn tuan
    nyonya nona bapak bpk pak ibu bu sdr sdri saudara saudari ust ustad ustadz ustadzah kyai kiai gus raden mas mbak
    sr pdt apt ns drg kompol akp ipda iptu aiptu bripka brigadir briptu letkol mayor kapten serka sertu kol
""")

_JOINS = frozenset({"bin", "binti", "bt", "b", "alias", "als", "al", "el", "van", "de", "der", "da"})

NOT_NAMES = word_set("""
    ada adalah agar akan akhirnya aku apa apakah apabila atas atau bagaimana bahkan bahwa baik banyak baru beda
    belum blm bisa biar bukan bkn cuma dalam dan dapat dari dr dengan dgn di dimana disini dulu gak ga gk engga
    enggak hanya harap harus hilang ialah ikut ingin ini itu jadi jangan jika juga jg kalau kalo kami karena krn
    kata kapan ke kemudian kenapa kepada kita kok kosong lagi lahir lain lalu lama langsung lewat maka masih masuk
    mau meski minta mohon mhn muncul namun nih oleh pada padahal pdhl paling per pernah pun sabar saja sj salah sama
    sampai sampe saat satu saya sy sdh sudah udah udh sebagai sbg sebab sebelum sebuah sehingga sejak selaku selama
    semua seorang sering serta setelah seluruh siapa silakan sini sm supaya tak tapi tp tdk tidak telah tetap tetapi
    tolong tlg tsb tersebut untuk utk waktu ya yaitu yakni yang yg nya dong deh sih min gan kak beliau dia ia mereka
    punya anda kamu kalian ganda keliru typo mirip sesuai kurang lebih sangat hendak bermaksud lapor melapor izin
    ijin cek dicek tanya bertanya datang kerja bekerja tinggal domisili asal selamat pagi siang sore malam terima
    kasih makasih trima salam hormat bantu tinggalnya beralamat kelahiran alamat almt nik ktp kk no nomor nmr hp wa
    telp tlp telepon email umur usia pekerjaan jabatan agama jenis kelamin tempat tanggal tgl ttl status nip npwp
    nisn rekening rek perihal hal keluhan laporan pengaduan tujuan keterangan pendidikan lokasi kejadian kronologi
    kelas jurusan prodi unit instansi nama alias-nya panggilan lengkap kode bank rt rw warga masyarakat rakyat
    penduduk penghuni orang tua anak istri suami ibu bapak ayah kakek nenek kakak adik keluarga saudara kandung
    tetangga mahasiswa mahasiswi siswa siswi pelajar murid guru dosen pns asn pppk honorer karyawan karyawati
    pegawai pedagang petani nelayan buruh pekerja sopir supir driver ojol wiraswasta pensiunan janda duda lansia
    pemilik pelapor terlapor pemohon pelaku korban penerima pelanggan pengguna penumpang peserta calon ketua wakil
    sekretaris bendahara anggota pengurus perwakilan wali kuasa hukum ahli waris pihak oknum petugas admin polisi
    tni dokter perawat bidan kader kepala direktur manajer menteri gubernur bupati walikota camat lurah kades kadus
    presiden sekda kadis kapolri kapolda kapolres kapolsek jaksa hakim rektor dekan panitia komite sekolah kepsek
    perangkat desa kelurahan kecamatan kabupaten kota provinsi dinas kantor badan kementerian pemerintah pemda
    pemkot pemkab negara bangsa perusahaan pt cv ud koperasi bumn yayasan lembaga organisasi paguyuban komunitas
    kelompok tim toko rs rsud puskesmas polsek polres polda pln pdam bpjs bpn kua samsat pengadilan universitas
    kampus smp sma smk sd sdn smpn sman masjid gereja pesantren pribadi sendiri jemaat umat tuhan allah keadilan
    kebenaran kemanusiaan demokrasi solidaritas sebagian beberapa para tiap setiap masing rombongan mantan alumni
    lulusan penyandang difabel kreditur debitur nasabah konsumen pembeli penjual penyewa kontraktor developer
    pengembang investor yth ri republik indonesia hamil jalan jln jl gang blok perumahan perum kampung dusun rumah
    tanah kendaraan mobil motor sertifikat akta ijazah kartu program produk merek merk barang file akun aplikasi
    website web situs grup domain kegiatan acara proyek daerah wilayah bus kapal obat penyakit surat dokumen berkas
    usaha usahanya sama-nya dagang pena pasar link facebook fb ig instagram twitter tiktok telegram whatsapp media
    sosial resmi diatas dibawah tertera tercantum terdaftar hormatnya kecil wargaku dunia kemajuan seluruhnya
    masing-masing warga-warga tembusan lampiran klien arsip ttd cap stempel pajak sim stnk bpkb pbb shm paspor
""")

_FORMED_WORD = re.compile(r"(?:di|ter|ber|meng|mem|men|meny|peng|pem|peny|ke)\w{4,}|\w{2,}nya|se\w{5,}", re.IGNORECASE)

_NAMES_LIKE_FORMED_WORDS = word_set("""
    dimas diandra dianita bernard bernadus bernadeta teresa teresia terry mentari memey melati berliana bertha kevin
    kelvin kenneth kenanga keisha ketut kezia kertanegara kesuma kencana kertajaya setiawan setyawan setiabudi
    setyabudi sebastian septian septiana septiani setyaningsih setyowati setianingsih selviana semiati suwenya
    tersiana dianingsih dirgantara dinasti pemayun kenya tanya sonya vanya anya selamet sesilia serafina setiani
    setyono setyorini septianingsih
""")

_MOST_NAME_WORDS = 5

_MOST_TITLES = 3


def cued_names(plain: str) -> Iterator[Span]:
    """Names after a cue such as "nama saya", "a.n." or "hormat kami"."""
    done = 0
    for cue in _NAME_CUE.finditer(plain):
        if cue.end() < done:
            continue
        span = name_at(plain, cue.end(), only_capitals=cue["any"] is None)
        # "NAMA PEMOHON TIDAK ADA": in a text of capitals a capital is no sign of a name.
        in_capitals = cue["any"] is None and cue.group().strip(" \n,.:=-").isupper()
        if span and not (in_capitals and plain[span.start : span.end].isupper()):
            yield span
            done = span.end


def addressed_names(plain: str) -> Iterator[Span]:
    """Names after "Pak" or "Ibu": capitalised words between words in lower case."""
    done = 0
    for cue in _ADDRESSED.finditer(plain):
        inside_a_word = cue.start() > 0 and plain[cue.start() - 1].isalnum()
        if inside_a_word or cue.end() < done or _PLACE_BEFORE.search(words_before(plain, cue.start(), 16)):
            continue
        span = name_at(plain, cue.end(), only_capitals=True)
        if span and not plain[span.start : span.end].isupper():
            yield span
            done = span.end


def name_at(plain: str, position: int, *, only_capitals: bool) -> Span | None:
    """The name with titles that starts at a position and ends before the first word that can't belong to a name."""
    start = end = position
    names = titles = 0
    capitals = only_capitals
    while names < _MOST_NAME_WORDS and titles <= _MOST_TITLES and (match := _NAME_WORD.match(plain, position)):
        word, dotted = match["word"], bool(match["dot"])
        if not names and not titles:
            start = match.start("word")
        if _is_title(word, dotted=dotted) and (dotted or names == 0):
            titles += 1
            position = match.end()
            if names:
                end = position
            continue
        joins = names > 0 and word.lower() in _JOINS
        if not joins and not _may_be_name(word, capitals=capitals):
            break
        if not names:
            # After a first capital, words in lower case end the name.
            capitals = capitals or word[0].isupper()
        names += 1
        if not joins:
            end = match.end("word")
        position = match.end("word")
        if dotted and len(word) > 1:
            break
    return Span(start, end, "NAMA") if end > start else None


def _is_title(word: str, *, dotted: bool) -> bool:
    return (dotted and len(word) == 1) or word.lower() in _TITLES


def _may_be_name(word: str, *, capitals: bool) -> bool:
    lowered = word.lower()
    if capitals and not word[0].isupper():
        return False
    if lowered in NOT_NAMES:
        return False
    # "Terdaftar" at the start of a sentence, or "TERDAFTAR" in a text of capitals, is written like a name.
    ordinary = not capitals or word.isupper()
    return not (ordinary and _FORMED_WORD.fullmatch(word) and lowered not in _NAMES_LIKE_FORMED_WORDS)
