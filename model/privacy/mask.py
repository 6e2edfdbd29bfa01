"""Mask personal data in a text.

The rules search a plain copy of the text with one kind of digit, space and dash and without invisible characters, so
full-width digits or a zero-width space don't hide a number. A stretch that a rule finds becomes a wall, and no later rule
reads across a wall. The rules run until no rule finds a new stretch, so masking a masked text changes nothing. Repetition
in the patterns is bounded or possessive, so the work grows linearly with the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.privacy.links import email_addresses, host_names, mentions, social_accounts, web_addresses
from model.privacy.names import addressed_names, cued_names
from model.privacy.numbers import personal_numbers
from model.privacy.phones import disguised_phones
from model.privacy.spans import DIGIT, INVISIBLE, WALL, Span, walled, without_overlaps
from model.privacy.vehicles import case_numbers, number_plates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text, the number of masked stretches, and their distinct kinds in order.

    `stretches` are the start in the text as given, the end there, and the length of the placeholder, in order.
    """

    text: str
    count: int
    kinds: tuple[str, ...]
    stretches: tuple[tuple[int, int, int], ...] = field(default=(), repr=False, compare=False)

    def unmasked(self, position: int) -> int:
        """The position in the text as given of a position in the masked text.

        >>> mask("Nama: Siti Contoh, di sini").unmasked(len("Nama: [NAMA], di"))
        21
        """
        shift = 0
        for start, end, length in self.stretches:
            masked_start = start - shift
            if position <= masked_start:
                break
            if position < masked_start + length:
                return start
            shift = end - masked_start - length
        return position + shift


_NOTHING_MASKED = Masked("", 0, ())


def mask(text: str) -> Masked:
    """Replace personal data by placeholders such as [NIK]; placeholders already in the text stay and don't count.

    >>> mask("Nama: Siti Contoh, NIK 3578019901900001, RT 03")
    Masked(text='Nama: [NAMA], NIK [NIK], RT 03', count=2, kinds=('NAMA', 'NIK'))
    """
    if not text:
        return _NOTHING_MASKED
    plain, origins = _plain(text)
    spans = sorted(_spans(plain))
    if not spans:
        return Masked(text, 0, ())
    pieces: list[str] = []
    stretches: list[tuple[int, int, int]] = []
    done = 0
    for start, end, kind in spans:
        first, last = (start, end - 1) if origins is None else (origins[start], origins[end - 1])
        pieces += (text[done:first], f"[{kind}]")
        stretches.append((first, last + 1, len(pieces[-1])))
        done = last + 1
    pieces.append(text[done:])
    kinds = tuple(dict.fromkeys(span.kind for span in spans))
    return Masked("".join(pieces), len(spans), kinds, tuple(stretches))


class _PlainCharacters(dict[int, str]):
    """A cache of the plain character for each code point."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain_character(chr(code))
        return plain


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\r\v\f\x1c\x1d\x1e\x85" or category in {"Zl", "Zp"}:
        return "\n"
    if character == "\t" or category in {"Zs", "Co"} or character in "\u2800\u3164":
        return " "
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return INVISIBLE
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if (digit := unicodedata.digit(character, None)) is not None:
        return str(digit)
    composed = unicodedata.normalize("NFKC", character)
    return composed if len(composed) == 1 else character


_PLAIN_CHARACTERS = _PlainCharacters()
_UNUSUAL = re.compile(r"[^\n -~]")


def _plain(text: str) -> tuple[str, list[int] | None]:
    """The plain copy, and the position of each of its characters in the text; None where the positions are the same."""
    if not _UNUSUAL.search(text):
        return text, None
    plain = text.translate(_PLAIN_CHARACTERS)
    if INVISIBLE not in plain:
        return plain, None
    return plain.replace(INVISIBLE, ""), [
        position for position, character in enumerate(plain) if character != INVISIBLE
    ]


_PLACEHOLDER = re.compile(r"\[(?:NIK|KK|TELEPON|EMAIL|TAUTAN|AKUN|PLAT|REKENING|NOMOR|NAMA)\]")
_MOST_ROUNDS = 9


def _spans(plain: str) -> list[Span]:
    """The stretches to mask, rule by rule."""
    if "[" in plain:
        plain = _PLACEHOLDER.sub(lambda match: WALL * len(match.group()), plain)
    spans: list[Span] = []
    # The second round sees the walls of the first, and rarely finds more.
    for _ in range(_MOST_ROUNDS):
        before = len(spans)
        for rule in _rules_for(plain):
            if of_rule := without_overlaps(rule(plain)):
                spans += of_rule
                plain = walled(plain, of_rule)
        if len(spans) == before:
            break
    return spans


_DOT_IN_WORD = re.compile(r"\.(?<=[A-Za-z0-9]\.)[A-Za-z]")
_ADDRESS_HINTS = ("://", ": //", "www", "http", "hxxp")
_AT_HINTS = ("@", "(at)", "[at]")
_PLATFORM_HINTS = (
    "ig:",
    " ig",
    "ig ",
    "insta",
    "twit",
    "tikt",
    "tik t",
    "telegram",
    "tele:",
    "tele ",
    "fb",
    "facebook",
    "face book",
    "akun",
    "user",
    "line:",
)
_NAME_HINTS = (
    "nama",
    "a.n",
    "a n",
    "a/n",
    " an.",
    " an:",
    "\nan.",
    "sdr",
    "saudar",
    "kenalkan",
    "tanda",
    "ttd",
    "hormat",
    "\nsaya,",
    "\nkami,",
)
_PARTY_HINTS = ("por", "mohon", "adu", "gugat", "dakwa", "sangka", "korban", "pelaku")


def _rules_for(plain: str) -> Iterator[Callable[[str], Iterator[Span]]]:
    """The rules that may find something in this text, by substring tests that are far cheaper than the rules."""
    lowered = plain.lower()
    if _any_in(lowered, _ADDRESS_HINTS):
        yield web_addresses
    if _any_in(lowered, _AT_HINTS):
        yield email_addresses
    if _DOT_IN_WORD.search(plain):
        yield host_names
    if "@" in lowered:
        yield mentions
    if _any_in(lowered, _PLATFORM_HINTS):
        yield social_accounts
    if DIGIT.search(plain):
        if "/" in lowered:
            yield case_numbers
        yield number_plates
        if "08" in lowered or "o8" in lowered:
            yield disguised_phones
        yield personal_numbers
    if (
        _any_in(lowered, _NAME_HINTS)
        or lowered.startswith(("an", "saya,", "kami,"))
        or (":" in plain and _any_in(lowered, _PARTY_HINTS))
    ):
        yield cued_names
    yield addressed_names


def _any_in(lowered: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:  # noqa: SIM110 - any() over a generator takes three times as long, and this is the fast path
        if hint in lowered:
            return True
    return False
