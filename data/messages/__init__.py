"""Sentences that people read, in English and Indonesian: errors, and the output of commands.

Each `.toml` file of this folder holds one area. A table is one sentence, named by its code without the area:

    [file-missing]                       # the code is "exports.file-missing"
    en = "{path} doesn't exist. Check the name."
    id = "{path} tidak ada. Periksa namanya."

Braces name the fields. An error or a `Sentence` as a field appears in the same language; a tuple is joined by the
format of the field: `{findings:; }`. A date is written as 2026-05-09 in English and as 9 Mei 2026 in Indonesian.
"""

from __future__ import annotations

import locale
import os
import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING

from data.indonesian import day

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATORS = str.maketrans(",.", ".,")


class Language(StrEnum):
    """The languages that sentences exist in."""

    ENGLISH = "en"
    INDONESIAN = "id"


def message(code: str, language: Language, /, **fields: object) -> str:
    """The sentence of a code, with the fields filled in.

    >>> message("service.text-too-long", Language.INDONESIAN, length=60_000, longest=50_000)
    'Teks ini 60.000 karakter, paling banyak 50.000 yang dibaca. Persingkat teksnya.'

    Raises:
        KeyError: no sentence has this code, or a field is missing.
    """
    return _SentenceFormatter(language).format(_catalogue()[code][language], **fields)


def terminal_message(code: str, /, **fields: object) -> str:
    """The sentence of a code in the language of the command line."""
    return message(code, terminal_language(), **fields)


def has_message(code: str) -> bool:
    """Whether the catalogue has a sentence for a code."""
    return code in _catalogue()


class Sentence:
    """A sentence whose language is chosen later: a part of another sentence, or the problem of a row."""

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return self.told_in(Language.ENGLISH)

    def told_in(self, language: Language) -> str:
        """The sentence in a language."""
        return message(self.code, language, **self.fields)

    def kind(self) -> Sentence:
        """The sentence for all faults of this kind, without places and numbers: the code ends in "-kind"."""
        code = f"{self.code}-kind"
        return Sentence(code) if has_message(code) else self


def listing(names: Sequence[str], most: int = 10) -> Sentence | str:
    """The first names of a list, separated by commas, and the number of the others.

    >>> str(listing(["a", "b", "c"], most=2))
    'a, b and 1 more'
    """
    shown, more = ", ".join(names[:most]), len(names) - most
    return Sentence("common.and-more", names=shown, more=more) if more > 0 else shown


@cache
def terminal_language() -> Language:
    """The language of the command line: PILAH_LANGUAGE, else Indonesian where the terminal's locale is Indonesian."""
    chosen = os.environ.get("PILAH_LANGUAGE", "").strip().lower()
    if chosen in list(Language):
        return Language(chosen)
    spoken = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), None)
    if spoken is None:
        spoken = locale.getlocale()[0] or ""
    return Language.INDONESIAN if spoken.lower().startswith(("id", "indonesia")) else Language.ENGLISH


class _SentenceFormatter(Formatter):
    """Formats numbers, dates, nested sentences and tuples in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, tuple):
            return (format_spec or ", ").join(self.format_field(part, "") for part in value)
        told = getattr(value, "told_in", None)
        if told is not None:
            return str(told(self._language))
        if isinstance(value, date) and self._language is Language.INDONESIAN:
            return day(value)
        text = format(value, format_spec)
        if self._language is Language.INDONESIAN and isinstance(value, int | float):
            return text.translate(_SEPARATORS)
        return text


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    """Code → language → sentence."""
    sentences: dict[str, dict[str, str]] = {}
    for file in files(__name__).iterdir():
        if file.name.endswith(".toml"):
            area = file.name.removesuffix(".toml")
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
            sentences |= {f"{area}.{name}": texts for name, texts in tables.items()}
    return sentences
