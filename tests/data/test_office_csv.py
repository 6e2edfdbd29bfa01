"""Office CSV files as Excel and LibreOffice save them: read, changed, and written back in the same form."""

from __future__ import annotations

import codecs
import csv
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import OfficeFileInvalid
from data.messages import Language
from data.office_csv import OfficeCsv, Row, Schema

SCHEMA = Schema(("id", "name", "valid_from"), required=("id",), aliases={"nama": "name"})
ENCODINGS = {
    "utf-8": (b"", "utf-8"),
    "utf-8 with a mark": (codecs.BOM_UTF8, "utf-8"),
    "utf-16, little end first": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16, big end first": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "windows-1252": (b"", "cp1252"),
}
# Trimmed on reading, and the apostrophe is what makes a formula harmless.
_CELLS = st.text(
    st.characters(codec="cp1252", exclude_characters="\0", exclude_categories=["Cc", "Cs"])
    | st.sampled_from(',;\t"\n'),
    max_size=12,
).map(lambda text: text.strip().lstrip("'"))


def _file(folder: Path, text: str, encoding: str = "utf-8", schema: Schema = SCHEMA) -> OfficeCsv:
    mark, codec = ENCODINGS[encoding]
    path = folder / "units.csv"
    path.write_bytes(mark + text.encode(codec))
    return OfficeCsv(path, schema)


def _rows(file: OfficeCsv) -> list[tuple[int, dict[str, str]]]:
    return file.parse(lambda row: (row.number, dict(row.cells)))


def _fail(row: Row) -> None:
    row.day("valid_from")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_keeps_encoding_separator_and_line_ends_when_a_row_is_added(
    tmp_path: Path, encoding: str, separator: str, line_end: str
) -> None:
    text = line_end.join([separator.join(["ID ", "Nama", "catatan"]), separator.join(["a", '"Café"', "x"])])
    file = _file(tmp_path, text, encoding)
    assert _rows(file) == [(2, {"id": "a", "name": "Café", "catatan": "x"})]
    file.append({"id": "b", "name": "Dinas Cafè"})
    file.write()
    mark, codec = ENCODINGS[encoding]
    expected = text + line_end + separator.join(["b", "Dinas Cafè", ""]) + line_end
    assert file.path.read_bytes() == mark + expected.encode(codec)


@given(
    st.lists(st.tuples(_CELLS.filter(bool), _CELLS), max_size=5),
    st.tuples(_CELLS.filter(bool), _CELLS),
    st.sampled_from(sorted(ENCODINGS)),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_rows_are_read_and_old_rows_stay_unchanged(
    rows: list[tuple[str, str]], added: tuple[str, str], encoding: str, separator: str, line_end: str
) -> None:
    # Windows-1252 is only told from UTF-8 by bytes that UTF-8 can't have, such as an accent before a comma.
    rows = [("é", "-é-"), *rows]
    written = StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "name"), *rows])
    with TemporaryDirectory() as folder:
        file = _file(Path(folder), written.getvalue(), encoding)
        before = file.path.read_bytes()
        expected = [{"id": unit_id, "name": name} for unit_id, name in rows]
        assert [cells for _, cells in _rows(file)] == expected
        file.append(dict(zip(("id", "name"), added, strict=True)))
        file.write()
        assert file.path.read_bytes().startswith(before)
        reread = OfficeCsv(file.path, SCHEMA).parse(lambda row: (row["id"], row["name"]))
        assert reread == [*rows, added]


def test_only_a_changed_row_is_rewritten(tmp_path: Path) -> None:
    text = '"id","name"\n"a","A"\n\n"b" ,"B"\n"c","C"\n'
    file = _file(tmp_path, text)
    second = file.parse(lambda row: row)[1]
    assert second.number == 4
    file.replace(second, "name", "=B")
    file.write()
    assert file.path.read_text(encoding="utf-8") == text.replace('"b" ,"B"', "b ,'=B")
    assert OfficeCsv(file.path, SCHEMA).parse(lambda row: row["name"]) == ["A", "=B", "C"]


def test_a_missing_column_is_added_for_the_rows_that_fill_it(tmp_path: Path) -> None:
    file = _file(tmp_path, "id\na\n")
    file.append({"id": "b", "name": "B", "valid_from": ""})
    file.write()
    assert file.path.read_text(encoding="utf-8") == "id,name\na\nb,B\n"


def test_a_new_file_has_the_columns_of_its_schema(tmp_path: Path) -> None:
    file = OfficeCsv(tmp_path / "kota" / "units.csv", SCHEMA)
    file.append({"id": "a"})
    file.write()
    assert file.path.read_text(encoding="utf-8") == "id,name,valid_from\na,,\n"


def test_a_character_that_the_encoding_lacks_turns_the_file_into_utf_8_with_a_mark(tmp_path: Path) -> None:
    file = _file(tmp_path, "id,name\na,Café\n", "windows-1252")
    file.append({"id": "b", "name": "Ω"})
    file.write()
    assert file.path.read_bytes().startswith(codecs.BOM_UTF8)
    assert OfficeCsv(file.path, SCHEMA).parse(lambda row: row["name"]) == ["Café", "Ω"]


@pytest.mark.parametrize("header", ["id;Valid From", " ID ;VALID-FROM", "Id;validFrom"])
def test_a_header_counts_without_case_spaces_and_punctuation(tmp_path: Path, header: str) -> None:
    file = _file(tmp_path, f"\n;\n{header}\n ; \na; 2024-10-21 \n")
    assert file.parse(lambda row: (row.number, row.day("valid_from"))) == [(5, date(2024, 10, 21))]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"name\nA\n", "the header lacks id"),
        (b"id,name,nama\na,A,B\n", "two columns are named name"),
        (b'id,name\na,A\nb,"B\nc,C\n', "row 3: a quote is opened"),
        (b"id,name\na," + b"x" * 200_000, "row 2: a quote is opened"),
        (b"id,name\na,\x81\n", "row 2: a character can't be read"),
        (b"id,name\na,A,B\n", "row 2: the row has 3 cells and the header 2"),
        (b"id,valid_from\na,21/10/2024\nb,\nc,x\n", "row 2, column valid_from: '21/10/2024' is no date"),
        (b"id,valid_from\na,21/10/2024\nb,\nc,x\n", "row 4, column valid_from: 'x' is no date"),
    ],
)
def test_a_broken_file_is_named_with_row_and_column(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    with pytest.raises(OfficeFileInvalid) as error:
        OfficeCsv(path, SCHEMA).parse(_fail)
    assert str(error.value).startswith(str(path))
    assert told in str(error.value)


def test_a_faulty_row_is_named_in_indonesian_too(tmp_path: Path) -> None:
    file = _file(tmp_path, "id,valid_from\na,besok\n")
    with pytest.raises(OfficeFileInvalid) as error:
        file.parse(_fail)
    assert "baris 2, kolom valid_from: “besok” bukan tanggal" in error.value.told_in(Language.INDONESIAN)


@given(st.binary(max_size=60).map(lambda rest: b"id,name\n" + rest))
def test_any_bytes_are_read_or_refused_with_the_name_of_the_file(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "units.csv"
        path.write_bytes(content)
        try:
            _rows(OfficeCsv(path, SCHEMA))
        except OfficeFileInvalid as error:
            assert str(path) in str(error)  # noqa: PT017 - either outcome is right
