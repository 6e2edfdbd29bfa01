from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.errors import OfficeFileInvalid
from service.jobs.office_name import read_office_name

if TYPE_CHECKING:
    from pathlib import Path


def test_the_name_is_that_of_office_toml(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    assert read_office_name(path, "dinsos") == "dinsos"
    path.write_text('name = "Dinas  Sosial"\n[deadlines]\nforward_working_days = 2\n', encoding="utf-8")
    assert read_office_name(path, "dinsos") == "Dinas Sosial"


@pytest.mark.parametrize("content", ["name = 3", 'name = " "', "name = ["])
def test_an_unusable_name_is_a_clear_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OfficeFileInvalid, match=r"office\.toml"):
        read_office_name(path, "dinsos")
