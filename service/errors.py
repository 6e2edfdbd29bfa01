"""The service's errors: classes only. service/problems.py gives each its HTTP status, data/messages its sentences.

PilahError
├── the request
│   ├── UnknownHost, KeyMissing, TooManyRequests, Overloaded
│   ├── BodyTooLarge, BodyTooSlow, BodyBroken, EncodingUnknown, StreamTypeUnknown, LineTooLong, LineUnreadable
│   └── TextTooLong, UnknownName
├── the desk
│   ├── NotSignedIn, NotAllowed, StaleForm, DemonstrationIsLocal
│   └── SignInRefused, SignInsBusy, TooManySignIns, AccountInvalid, SetupLinkInvalid
├── the ledger
│   ├── UnknownComplaint, AlreadyDecided, DecisionInvalid (TypedNameUnclear, CategoryLeftOver), KeyReused
│   └── LedgerUnavailable, StorageFull
├── jobs
│   └── UploadRefused, RunStateConflict
└── the installation
    └── UnitsDisagree, OfficeFileBroken, BackupUnusable
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import PilahError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.messages import Sentence


class UnknownHost(PilahError):
    """The request is addressed to a host name that isn't allowed."""

    def __init__(self) -> None:
        super().__init__("service.unknown-host")


class KeyMissing(PilahError):
    """The API was called without a valid key."""

    def __init__(self) -> None:
        super().__init__("service.key-missing")


class TooManyRequests(PilahError):
    """A key exceeded its requests per minute."""

    def __init__(self, most: int, retry_after_seconds: int) -> None:
        super().__init__("service.too-many-requests", most=most)
        self.retry_after_seconds = retry_after_seconds


class Overloaded(PilahError):
    """More requests arrived at once than the service works on."""

    retry_after_seconds = 2

    def __init__(self) -> None:
        super().__init__("service.overloaded")


class BodyTooLarge(PilahError):
    """A body exceeds the path's limit in bytes, as sent or unpacked."""

    def __init__(self, limit: int) -> None:
        super().__init__("service.body-too-large", limit=limit)


class BodyTooSlow(PilahError):
    """No part of the body arrived within the timeout."""

    def __init__(self, seconds: float) -> None:
        super().__init__("service.body-too-slow", seconds=seconds)


class BodyBroken(PilahError):
    """A body declared as gzip is not gzip, or is cut off."""

    def __init__(self) -> None:
        super().__init__("service.body-broken")


class EncodingUnknown(PilahError):
    """A body is compressed by another method than gzip."""

    def __init__(self) -> None:
        super().__init__("service.encoding-unknown")


class StreamTypeUnknown(PilahError):
    """A stream isn't declared as JSON Lines."""

    def __init__(self) -> None:
        super().__init__("service.stream-type-unknown")


class LineTooLong(PilahError):
    """A line of a stream exceeds the limit in bytes."""

    def __init__(self, number: int, limit: int) -> None:
        super().__init__("service.line-too-long", number=number, limit=limit)


class LineUnreadable(PilahError):
    """A line of a stream is not JSON."""

    def __init__(self, number: int) -> None:
        super().__init__("service.line-unreadable", number=number)


class TextTooLong(PilahError):
    """A complaint's text is longer than this installation takes."""

    def __init__(self, length: int, longest: int) -> None:
        super().__init__("service.text-too-long", length=length, longest=longest)
        self.length = length
        self.longest = longest


class UnknownName(PilahError):
    """A field of a decision names nothing that the office has. The message doesn't repeat the value sent."""

    def __init__(self, field: str, nearest: Sequence[str]) -> None:
        super().__init__(f"ledger.unknown-{field}", near="; ".join(nearest))


class DecisionInvalid(PilahError):
    """A decision names no responsible unit, and its outcome needs one."""


class TypedNameUnclear(DecisionInvalid):
    """A text in a search field of the decision's form names no unit or category, or several."""

    def __init__(self, code: str, search_field: str) -> None:
        super().__init__(code)
        self.search_field = search_field


class CategoryLeftOver(DecisionInvalid):
    """The form's category was chosen in advance for another unit than the officer's."""


class NotSignedIn(PilahError):
    """Nobody is signed in; `back` is the address to return to after signing in."""

    def __init__(self, back: str) -> None:
        super().__init__("pages.not-signed-in")
        self.back = back


class NotAllowed(PilahError):
    """The account's role doesn't include this."""


class StaleForm(PilahError):
    """A form came back without its session's token; `form_token` is the token of the present session."""

    def __init__(self, form_token: str) -> None:
        super().__init__("pages.stale-form")
        self.form_token = form_token


class FilesOfOtherSession(PilahError):
    """A form with files came back without its session's token; nothing of it was stored."""

    def __init__(self) -> None:
        super().__init__("pages.files-of-other-session")


class SignInRefused(PilahError):
    """Name and password don't match, or the account is locked; the message doesn't say which."""


class SignInsBusy(PilahError):
    """More passwords arrived at once than the service checks."""

    retry_after_seconds = 5

    def __init__(self) -> None:
        super().__init__("ledger.sign-ins-busy")


class TooManySignIns(PilahError):
    """Too many sign-ins failed from one address; `first` is True once per address and window."""

    def __init__(self, retry_after_seconds: int, *, first: bool) -> None:
        super().__init__("ledger.too-many-sign-ins", minutes=-(-retry_after_seconds // 60))
        self.retry_after_seconds = retry_after_seconds
        self.first = first


class AccountInvalid(PilahError):
    """A name, role or password is not acceptable."""


class SetupLinkInvalid(PilahError):
    """The link for the first administrator is unknown, used or expired, or the office has users."""

    def __init__(self) -> None:
        super().__init__("ledger.setup-link-invalid")


class DemonstrationIsLocal(PilahError):
    """The demonstration was opened by another name than this machine's own, or through a proxy."""

    def __init__(self) -> None:
        super().__init__("pages.demonstration-is-local")


class UnknownComplaint(PilahError):
    """The ledger holds no such complaint or suggestion."""


class AlreadyDecided(PilahError):
    """This revision of the complaint already has a decision."""


class TextChanged(AlreadyDecided):
    """The decision is for an older revision of the complaint."""


class SuggestionRenewed(PilahError):
    """The complaint got a newer suggestion after the page was opened."""


class KeyReused(PilahError):
    """An Idempotency-Key came before with another request."""

    def __init__(self) -> None:
        super().__init__("ledger.key-reused")


class LedgerUnavailable(PilahError):
    """The ledger's database is gone, locked for too long, or read-only."""

    def __init__(self) -> None:
        super().__init__("service.ledger-unavailable")


class StorageFull(PilahError):
    """A file couldn't be stored: the disk is full or read-only."""

    def __init__(self) -> None:
        super().__init__("service.storage-full")


class UploadRefused(PilahError):
    """An uploaded file has no extension that Pilah reads."""


class RunStateConflict(PilahError):
    """A training run's state doesn't allow this action: another request changed the state, or the run has ended."""


class UnitsDisagree(PilahError):
    """The model suggests units or categories whose ids the office's lists don't have."""

    def __init__(self, disagreements: Sequence[Sentence]) -> None:
        super().__init__("service.units-disagree", disagreements=tuple(disagreements))


class OfficeFileBroken(PilahError):
    """A file of the office can't be read; the service goes on with the last readable state of the file."""

    def __init__(self, problem: PilahError) -> None:
        super().__init__("service.office-file-broken", problem=problem)


class BackupUnusable(PilahError):
    """A backup is incomplete, not a backup, or not trusted; nothing was restored."""
