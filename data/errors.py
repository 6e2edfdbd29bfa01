"""The root of every error that a person using Pilah may see, and those about files of complaints.

PilahError
├── FileUnreadable          a file that is missing, protected, broken, too large or of no known shape
├── ColumnMissing           no column, or no named column, holds what is needed
└── (model.errors)          what a model or its home can say
"""

from __future__ import annotations

from data.messages import Language, has_message, message


class PilahError(Exception):
    """Something went wrong that a person can act on: the message says what, where, and what to do.

    The sentences stand in data/messages, one for each language; `code` names them and `fields` fill them in.
    """

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return self.told_in(Language.ENGLISH)

    def told_in(self, language: Language) -> str:
        """The message in a language."""
        return message(self.code, language, **self.fields) if has_message(self.code) else self.code


class FileUnreadable(PilahError):
    """A file is missing, protected, broken, too large or of no known shape."""


class ColumnMissing(PilahError):
    """No column holds what is needed, or a column named on the command line isn't there."""
