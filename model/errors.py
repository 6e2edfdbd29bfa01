"""The errors of a model, and of the folder that keeps an office's models.

PilahError (data.errors)
├── ArtifactError           a stored model version can't be used: the service answers 503
│   ├── ArtifactMissing     the office has no such version, or no champion
│   ├── ArtifactTampered    a file differs from the manifest, and is never unpickled
│   └── ArtifactForeign     made with other library versions, or in another format
├── CategoriesFileInvalid   categories.csv contradicts itself
├── RulesFileInvalid        rules.csv has rows that can't be understood
├── TrainingBusy            another training or check of the office is running
└── UnitsFileInvalid        units.csv contradicts itself
"""

from __future__ import annotations

from data.errors import OfficeFileInvalid, PilahError

__all__ = [
    "ArtifactError",
    "ArtifactForeign",
    "ArtifactMissing",
    "ArtifactTampered",
    "CategoriesFileInvalid",
    "PilahError",
    "RulesFileInvalid",
    "TrainingBusy",
    "UnitsFileInvalid",
]


class ArtifactError(PilahError):
    """A stored model version can't be used."""


class ArtifactMissing(ArtifactError):
    """The office has no such version, or no champion."""


class ArtifactTampered(ArtifactError):
    """A file differs from the manifest."""


class ArtifactForeign(ArtifactError):
    """The version was made with other library versions, or in another format."""


class CategoriesFileInvalid(OfficeFileInvalid):
    """The office's categories.csv contradicts itself."""


class RulesFileInvalid(OfficeFileInvalid):
    """The office's rules.csv has rows that can't be understood."""


class TrainingBusy(PilahError):
    """Another training or check of the office is running."""


class UnitsFileInvalid(OfficeFileInvalid):
    """The office's units.csv contradicts itself."""
