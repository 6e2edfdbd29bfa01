"""Find web addresses, e-mail addresses and social media accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.privacy.spans import WALL, Span, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator
from model.privacy.names import NOT_NAMES, name_at

_ADDRESS = re.compile(
    rf"(?:(?<![a-z0-9])h(?:tt|xx)ps?[ ]?:[ ]?//[ ]?|(?<![a-z0-9])www\d?\.)[^\s{WALL}]++", re.IGNORECASE
)

_HOST = re.compile(
    r"(?<![\w@.+-])[a-z0-9](?:[a-z0-9-]{0,62})++(?:\.[a-z0-9-]{1,63}+){1,6}+(?::\d{2,5}+)?"
    rf"(?P<path>[/?][^\s{WALL}]*+)?(?!@)",
    re.IGNORECASE,
)

_TOP_LEVEL = frozenset({"com", "net", "org", "xyz", "edu", "gov", "example"})

# Many of these are ordinary words after a full stop without a space, so a link also needs a path.
_TOP_LEVEL_WITH_PATH = _TOP_LEVEL | word_set("""
    id me ly gl be gle io co cc tv my sg app info link site online shop store biz dev page top club live ws to us uk
    web bio win vip pro asia click fun space tech cloud ai gd do ee la in pw ru cn
""")

_NOT_HOSTS = frozenset({"no", "nomor", "nmr", "kode", "tracking", "laporan"})

_TRAILING = ".,;:!?)]}'\"*>"


def web_addresses(plain: str) -> Iterator[Span]:
    """Addresses that start with http:// or www."""
    for match in _ADDRESS.finditer(plain):
        yield Span(match.start(), _untrailed(plain, *match.span()), "TAUTAN")


def host_names(plain: str) -> Iterator[Span]:
    """Host names without http://, such as "bit.ly/abc"."""
    for match in _HOST.finditer(plain):
        if _is_link(match):
            yield Span(match.start(), _untrailed(plain, *match.span()), "TAUTAN")


def _untrailed(plain: str, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip(_TRAILING))


def _is_link(match: re.Match[str]) -> bool:
    host = match.group().lower()
    path = match.group("path")
    labels = (host[: -len(path)] if path else host).split(":")[0].split(".")
    if path:
        return labels[-1] in _TOP_LEVEL_WITH_PATH and labels[0] not in _NOT_HOSTS
    # The bare host of a government site isn't personal data, and says much about the unit.
    if labels[-1] == "id":
        return labels[0] not in _NOT_HOSTS and labels[-2] != "go"
    return labels[-1] in _TOP_LEVEL


_EMAIL_REST = re.compile(
    r"(?:(?<=[\w.+%-])@|[ ]?(?:\(at\)|\[at\])[ ]?|(?<=[\w-])[ ]@[ ](?=[a-z0-9-]{2,63}+[ ]?\.[ ]?[a-z]))"
    # "beras@Rp5.000" is a price, "a@rp5-group.com" with the ending of a host is an address.
    r"(?!rp[ ]\d)(?!rp\.?\d(?![a-z0-9.-]{0,250}\.[a-z]{2}))"
    r"(?=[a-z0-9-]{0,20}[a-z]{2})[a-z0-9-]{2,63}+(?:\.[a-z0-9-]{1,63}+){0,6}+",
    re.IGNORECASE,
)

_LOCAL_PART_BACKWARDS = re.compile(r"[\w.+%-]{1,64}")


def email_addresses(plain: str) -> Iterator[Span]:
    """E-mail addresses, also with "(at)" or spaces for the @."""
    done = 0
    for rest in _EMAIL_REST.finditer(plain):
        backwards = plain[max(done, rest.start() - 64) : rest.start()][::-1]
        local = _LOCAL_PART_BACKWARDS.match(backwards)
        if local:
            done = _untrailed(plain, *rest.span())
            yield Span(rest.start() - local.end(), done, "EMAIL")


# "@5000", "@ Rp 5.000" and "@10rb" are prices by the piece.
_MENTION = re.compile(
    r"@(?!rp\.?[ ]?\d|rp\b|\d+(?:[.,]\d+)*[ ]?(?:rb|ribu|k|jt|juta|kg|gr|org|orang|bh|buah|liter|ltr|lt|cm|m|pcs|sak|unit)?\b)"
    r"[\w](?:[\w.]{1,60})",
    re.IGNORECASE,
)

_ACCOUNT = re.compile(
    r"(?<![a-z0-9])(?:akun[ ])?(?:ig|insta(?:gram)?|twitter|tik[ ]?tok|tele(?:gram)?|fb|face[ ]?book|line|user[ ]?(?:name|id)|akun)"
    r"(?:nya|[ ]nya)?(?:[ ](?:saya|sy|pelaku|penipu|akun|atas nama))?"
    r"(?:[ ]{0,2}[:=][ ]{0,2}(?P<after_colon>@?[a-z0-9_][\w.]{1,60})|[ ]{1,2}(?P<bare>[a-z_][\w.]{2,60}))",
    re.IGNORECASE,
)

_UNLIKE_A_WORD = re.compile(r"[a-z][\w.]{0,60}[_\d]|_\w|[a-z0-9]{3,60}\.[a-z0-9]{3}", re.IGNORECASE)


def mentions(plain: str) -> Iterator[Span]:
    """Account names after an @, such as "@budi_s"."""
    for match in _MENTION.finditer(plain):
        yield Span(match.start(), _untrailed(plain, *match.span()), "AKUN")


def social_accounts(plain: str) -> Iterator[Span]:
    """Account names after "ig:" or "akun twitter"; without a colon only names that don't look like a word."""
    for match in _ACCOUNT.finditer(plain):
        group = "after_colon" if match["after_colon"] else "bare"
        written = match[group].rstrip(".").removeprefix("@")
        ordinary = written.lower() in NOT_NAMES or written.isdigit()
        if not ordinary and (group == "after_colon" or _UNLIKE_A_WORD.match(written)):
            # A Facebook account may have a name of several words.
            name = name_at(plain, match.start(group), only_capitals=True)
            end = max(_untrailed(plain, *match.span(group)), name.end if name else 0)
            yield Span(match.start(group), end, "AKUN")
