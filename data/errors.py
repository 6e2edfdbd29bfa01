"""The root of every error that a person using Pilah may see, and those about files of complaints.

PilahError
├── FileUnreadable          a file that is missing, protected, broken, too large or of no known shape
├── ColumnMissing           no column, or no named column, holds what is needed
└── (model.errors)          what a model or its home can say
"""

from __future__ import annotations


class PilahError(Exception):
    """Something went wrong that the person can act on: the message says what, where, and what to do."""


class FileUnreadable(PilahError):
    """A file is missing, protected, broken, too large or of no known shape."""


class ColumnMissing(PilahError):
    """No column holds what is needed, or a column named on the command line isn't there."""
