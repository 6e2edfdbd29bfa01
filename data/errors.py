"""The root of every error that Pilah shows to a person, and the errors about files.

PilahError
├── FileUnreadable          a file is missing, protected, broken, too large or of unknown shape
├── ColumnMissing           no column holds a needed field, or a named column is missing
├── OfficeFileInvalid       units.csv, rules.csv, holidays.csv or office.toml can't be understood
└── (model.errors)          errors of a model and of the folder that keeps it
"""

from __future__ import annotations

from data.messages import Language, message


class PilahError(Exception):
    """An error that a person can act on: the message names fault, place and remedy.

    `code` names the sentence in data/messages, and `fields` fill in the sentence.
    """

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def __str__(self) -> str:
        return self.told_in(Language.ENGLISH)

    def told_in(self, language: Language) -> str:
        """The message in a language."""
        return message(self.code, language, **self.fields)


class FileUnreadable(PilahError):
    """A file is missing, protected, broken, too large or of unknown shape."""


class ColumnMissing(PilahError):
    """No column holds a needed field, or a column named on the command line is missing."""


class OfficeFileInvalid(PilahError):
    """A file that the office maintains itself can't be understood."""
