from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from data.errors import PilahError
from data.files import digest_of, replaced_file, write_text, written_file, written_folder
from data.messages import Language

if TYPE_CHECKING:
    from pathlib import Path


def test_an_error_in_the_block_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    write_text(path, "old")
    with pytest.raises(TypeError), replaced_file(path) as file:
        file.writelines([b"half", 0])  # type: ignore[list-item]
    assert path.read_text() == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["units.csv"]


def test_only_this_user_reads_a_private_file(tmp_path: Path) -> None:
    with replaced_file(tmp_path / "upload", private=True) as file:
        file.write(b"x")
    assert (tmp_path / "upload").stat().st_mode & 0o077 == 0


def test_a_text_is_replaced_whole_and_its_folder_made(tmp_path: Path) -> None:
    write_text(tmp_path / "kota" / "champion", "satu")
    write_text(tmp_path / "kota" / "champion", "dua")
    assert (tmp_path / "kota" / "champion").read_text(encoding="utf-8") == "dua"


def test_a_file_that_cannot_be_written_says_so_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="is a folder") as folder, written_file(tmp_path):
        pass
    assert "adalah folder" in folder.value.told_in(Language.INDONESIAN)
    with pytest.raises(PilahError, match="Check the folder"), written_file(tmp_path / "none" / "a.csv"):
        pass


def test_an_error_about_a_file_of_the_caller_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="other"), written_file(tmp_path / "a.csv"):
        (tmp_path / "other").read_bytes()


def test_a_disk_that_refuses_the_rows_is_named_as_the_reason(tmp_path: Path) -> None:
    with pytest.raises(PilahError, match="Is the disk full"), written_file(tmp_path / "a.csv"):
        raise OSError(28, os.strerror(28))


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), written_folder(tmp_path / "version") as folder:
        (folder / "missing" / "card.json").write_text("{}")
    assert not list(tmp_path.iterdir())
    with written_folder(tmp_path / "version") as folder:
        (folder / "card.json").write_text("{}")
    assert [path.name for path in (tmp_path / "version").iterdir()] == ["card.json"]


def test_the_digest_is_the_sha_256_of_the_content(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "")
    assert digest_of(tmp_path / "a") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
