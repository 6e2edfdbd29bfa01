"""The name of an office as its officers write it, from office.toml."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from data.errors import OfficeFileInvalid

if TYPE_CHECKING:
    from pathlib import Path


def read_office_name(path: Path, otherwise: str) -> str:
    """The `name` in an office.toml; without one, the office's short name.

    Raises:
        OfficeFileInvalid: the file is no TOML, or `name` is no text.
    """
    if not path.is_file():
        return otherwise
    try:
        name = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("name", otherwise)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeFileInvalid("office.toml-invalid", path=path, reason=error) from None
    if not isinstance(name, str) or not name.strip():
        raise OfficeFileInvalid("office.name-invalid", path=path)
    return " ".join(name.split())
