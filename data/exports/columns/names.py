"""Names of columns in exports: the names of each field, and the words that change the meaning of a name."""

from __future__ import annotations

# Names of every field, the surest first. A header that fits two fields goes to the earlier field.
# `received_time` is the second half of a date in two columns, and never leaves `data`.
ALIASES: dict[str, tuple[str, ...]] = {
    "text": (
        "isi laporan awal", "text", "isi laporan", "isi pengaduan", "isi aduan", "isi keluhan", "isi",
        "uraian laporan", "uraian pengaduan", "uraian aduan", "uraian keluhan", "uraian", "teks", "laporan",
        "pengaduan", "aduan", "keluhan", "complaint text", "complaint narrative", "complaint", "deskripsi",
        "description", "body", "pesan", "message", "komplain", "full text", "content", "detail pengaduan",
        "detail laporan", "detail aduan", "kronologi", "narrative", "detail", "details",
    ),
    "id": (
        "tracking id", "id tracking", "reference id", "id", "complaint id", "id laporan", "id pengaduan", "id aduan",
        "id tiket", "ticket id", "nomor laporan", "no laporan", "nomor pengaduan", "no pengaduan",
        "nomor aduan", "no aduan", "nomor tiket", "no tiket", "nomor registrasi", "no registrasi",
        "kode laporan", "kode aduan", "kode pengaduan", "ticket", "tiket", "service request id", "sr number",
        "unique key", "case id", "case enquiry id", "report id", "respondent id", "response id", "nomor register",
        "no register", "nomor agenda", "no agenda",
    ),
    "received_at": (
        "received at", "tanggal laporan masuk", "tanggal masuk", "tanggal laporan", "tanggal pengaduan",
        "tanggal aduan", "tanggal diterima", "tanggal lapor", "tgl laporan", "tgl masuk", "tgl pengaduan",
        "tgl aduan", "tgl", "tanggal", "created at", "created date", "date created", "date received",
        "requested datetime", "recorded date", "opened date", "date", "waktu", "datetime", "timestamp", "created",
        "opened", "open dt", "start date", "tanggal dan waktu", "waktu laporan", "waktu masuk",
        "waktu laporan masuk",
    ),
    "received_time": ("waktu laporan masuk", "waktu masuk", "jam masuk", "jam", "pukul", "waktu", "time"),
    "title": (
        "judul laporan", "judul pengaduan", "judul aduan", "judul", "title", "case title", "perihal", "subject",
        "subjek",
    ),
    "category_id": ("id kategori", "category id", "kode kategori", "kategori id", "category code"),
    "reporter_category": (
        "reporter category", "kategori pelapor", "kategori pilihan pelapor", "kategori dari pelapor",
    ),
    "category": (
        "kategori laporan", "kategori pengaduan", "kategori aduan", "kategori", "category", "topik", "topic",
        "complaint type", "request type", "service name", "sr type", "jenis pelanggaran", "jenis masalah",
        "jenis permasalahan", "substansi", "substansi laporan", "label",
    ),
    "requested_unit": ("requested unit", "instansi tujuan", "unit tujuan", "opd tujuan", "dinas tujuan", "tujuan", "dituju",
        "ditujukan", "ditujukan kepada"),
    "parent_unit": ("parent unit", "instansi induk", "unit induk", "opd induk"),
    "unit_id": ("id instansi terdisposisi", "unit id", "id unit", "id instansi"),
    "unit": (
        "instansi terdisposisi", "unit", "unit kerja", "instansi", "opd", "skpd", "perangkat daerah", "dinas",
        "diteruskan", "diteruskan ke", "disposisi", "disposisi ke", "agency name", "agency", "agency responsible",
        "responsible agency", "department", "owner department", "instansi penerima", "ditangani", "ditangani oleh",
        "terlapor", "instansi terlapor", "bidang", "bagian", "seksi", "assigned to", "team", "group",
    ),
    "status": ("status laporan", "status pengaduan", "status aduan", "status"),
    "reason": ("alasan tunda arsip", "alasan arsip", "alasan tunda", "alasan", "reason"),
    "type": (
        "klasifikasi laporan", "klasifikasi", "jenis laporan", "jenis pengaduan", "jenis aduan", "type",
        "classification", "jenis",
    ),
    "privacy": ("tipe laporan anonim rahasia", "tipe laporan", "privacy", "privasi"),
    "anonymous": ("anonymous", "anonim"),
    "confidential": ("confidential", "rahasia"),
    "channel": (
        "sumber laporan", "sumber", "channel", "kanal", "kanal laporan", "kanal pengaduan", "saluran", "media",
        "source", "open data channel type", "submitted via",
    ),
    "province": ("location province", "provinsi", "province", "propinsi"),
    "regency": (
        "location regency", "kota kabupaten", "kabupaten kota", "kab kota", "kota kab", "regency", "kabupaten",
        "kota", "city",
    ),
    "district": ("location district", "kecamatan", "district", "kec"),
    "village": ("location village", "kelurahan desa", "desa kelurahan", "kelurahan", "desa", "village", "kel"),
    "location": (
        "lokasi kejadian", "tempat kejadian", "alamat kejadian", "lokasi", "location", "alamat", "incident address",
        "street address", "address",
    ),
    "incident_date": ("incident date", "tanggal kejadian", "waktu kejadian", "tgl kejadian"),
    "outcome": ("outcome", "hasil disposisi", "tindakan disposisi"),
    "copies": ("copies", "tembusan", "tembusan ke", "unit tembusan"),
    "attachments": ("attachments", "lampiran", "jumlah lampiran"),
}  # fmt: skip
FIELDS = tuple(field for field in ALIASES if field != "received_time")

# Beside an alias, any word of this list changes the meaning of a header: "Isi Laporan Akhir", "Kode Unit".
OTHER_MEANING = frozenset(
    {
        "akhir", "tanggapan", "jawaban", "balasan", "response", "reply", "selesai", "tindak", "lanjut",
        "jumlah", "total", "count", "kode", "code", "no", "nomor", "number", "id", "pelapor", "pengadu",
        "pengirim", "pemohon", "reporter", "saran", "usulan", "suggested", "suggestion", "prediksi",
        "predicted", "prediction", "confidence", "keyakinan", "skor", "score", "status", "alasan", "tanggal",
        "tgl", "date", "waktu", "time", "jam", "verifikasi", "progres", "proses", "update", "updated", "link",
        "url", "sebelum", "lama", "old", "asal", "topik", "topic", "kategori", "category", "type", "closed",
        "resolution", "resolved", "due", "expected", "police", "council", "fire", "supervisor",
    }
)  # fmt: skip
EXACT_ONLY = frozenset(
    {
        "id", "ticket", "tiket", "type", "source", "media", "date", "time", "jam", "pukul", "waktu", "pesan",
        "message", "body", "tujuan", "kel", "kec", "content", "detail", "details", "label", "created", "opened",
        "start date", "bagian", "seksi", "address", "tempat kejadian",
        "terlapor", "team", "group",
    }
)  # fmt: skip
# A column of long texts under a name with one of these words is somebody's answer or remark, not the complaint.
REMARK_WORDS = frozenset(
    {
        "akhir", "tanggapan", "respon", "respons", "response", "jawaban", "balasan", "reply", "answer", "tindak",
        "tindakan", "lanjut", "penyelesaian", "selesai", "resolution", "solusi", "solution", "hasil", "penanganan",
        "closure", "catatan", "keterangan", "notes", "note", "remark", "remarks", "status", "alasan", "reason",
        "notice", "disposisi", "verifikasi", "progres", "proses", "url", "link",
    }
)  # fmt: skip
PLACE_AND_TITLE_WORDS = frozenset(
    {"alamat", "lokasi", "location", "address", "street", "tempat", "judul", "title", "nama", "name"}
)
# The words by which a form asks for the complaint.
QUESTION_WORDS = frozenset(
    {
        "keluhan", "aduan", "pengaduan", "laporan", "isi", "uraian", "uraikan", "ceritakan", "jelaskan",
        "sampaikan", "kronologi", "permasalahan", "masalah", "complaint", "describe", "description", "narrative",
        "issue", "problem", "feedback", "comment", "comments", "text", "teks", "content", "aspirasi", "masukan",
    }
)  # fmt: skip
# A date under a name with one of these words isn't the day of arrival.
LATER_DATE_WORDS = frozenset(
    {
        "selesai", "closed", "close", "resolved", "resolution", "due", "expected", "target", "tenggat", "batas",
        "update", "updated", "diperbarui", "perbaikan", "fixed", "end", "tindak", "lanjut", "verifikasi",
        "disposisi", "tanggapan", "lahir", "birth", "kejadian", "incident", "sent", "acknowledged", "modified",
    }
)  # fmt: skip
PERSONAL_WORDS = frozenset(
    {
        "nik", "ktp", "nokk", "hp", "nohp", "handphone", "ponsel", "telepon", "telpon", "telp", "phone",
        "whatsapp", "wa", "email", "surel",
    }
)  # fmt: skip
REPORTER_NAMES = frozenset(
    {
        "nama", "name", "nama lengkap", "full name", "nama pelapor", "nama pengadu", "nama pengirim",
        "nama pemohon", "nama masyarakat", "nama warga", "reporter name", "pelapor", "pengadu", "pengirim",
        "reporter", "user name",
    }
)  # fmt: skip
PERSONAL_NAMES = REPORTER_NAMES | {
    "alamat pelapor", "alamat pengadu", "alamat rumah", "alamat pengirim", "tanggal lahir", "tempat lahir",
    "no kk", "ip address", "ipaddress", "first name", "last name", "recipient first name", "recipient last name",
}  # fmt: skip
# The values of the field `privacy`: a cell of these words alone.
PRIVACY_WORDS = frozenset(
    {"anonim", "anonymous", "rahasia", "confidential", "publik", "public", "terbuka", "biasa", "normal", "dan"}
)
SECRET_WORDS = frozenset({"anonim", "anonymous", "rahasia", "confidential"})
# What LAPOR! calls the kinds of a report: the values of the field `type`.
TYPE_WORDS = frozenset(
    {
        "pengaduan", "aduan", "aspirasi", "permintaan", "permohonan", "informasi", "laporan", "keluhan", "kritik",
        "pertanyaan", "apresiasi", "complaint", "request", "inquiry", "suggestion", "masukan", "pujian", "konsultasi",
    }
)  # fmt: skip
