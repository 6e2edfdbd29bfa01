"""The catalogue of sentences: both languages, with the same fields."""

from __future__ import annotations

import pickle
from string import Formatter

import pytest

from data.errors import PilahError
from data.messages import Language, _catalogue, _SentenceFormatter, message, terminal_language

_CODES = sorted(_catalogue())


@pytest.mark.parametrize("code", _CODES)
def test_both_languages_say_the_same_fields(code: str) -> None:
    sentences = _catalogue()[code]
    assert set(sentences) == set(Language)
    fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in sentences.values()]
    assert fields[0] == fields[1]


def test_an_error_inside_an_error_is_told_in_the_same_language() -> None:
    inner = PilahError("service.text-too-long", length=60_000, longest=50_000)
    assert f"{inner}".startswith("The text has 60,000 characters")
    assert inner.told_in(Language.INDONESIAN).startswith("Teks ini 60.000 karakter")


def test_several_errors_inside_an_error_are_joined() -> None:
    parts = tuple(PilahError("service.text-too-long", length=length, longest=50) for length in (60, 70))
    told = _SentenceFormatter(Language.INDONESIAN).format("{parts:\n} ({names})", parts=parts, names=("a", "b"))
    assert [line.split(" karakter")[0] for line in told.splitlines()] == ["Teks ini 60", "Teks ini 70"]
    assert told.endswith("(a, b)")


def test_an_error_survives_the_way_between_processes() -> None:
    error = PilahError("service.text-too-long", length=60_000, longest=50_000)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def test_an_unknown_code_is_an_error_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        message("service.no-such-code", Language.ENGLISH)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"PILAH_LANGUAGE": "id", "LANG": "en_GB.UTF-8"}, Language.INDONESIAN),
        ({"PILAH_LANGUAGE": "en", "LANG": "id_ID.UTF-8"}, Language.ENGLISH),
        ({"LANG": "id_ID.UTF-8"}, Language.INDONESIAN),
        ({"LC_ALL": "C.UTF-8", "LANG": "id_ID.UTF-8"}, Language.ENGLISH),
        ({"LANG": "en_US.UTF-8"}, Language.ENGLISH),
    ],
)
def test_the_command_line_speaks_the_language_of_its_user(
    environment: dict[str, str], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PILAH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal_language.cache_clear()
    assert terminal_language() is language
    terminal_language.cache_clear()
