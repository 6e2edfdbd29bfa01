"""The errors of a model, and of the folder that keeps an office's models.

PilahError (data.errors)
├── ArtifactError           a stored model version that cannot be used: the service answers 503
│   ├── ArtifactMissing     no version, or no champion, in this office
│   ├── ArtifactTampered    a file is not the one that the manifest names: it is never unpickled
│   └── ArtifactForeign     made with library versions, or by a Pilah, that this one cannot read
├── HistoryUnusable         too little to learn from
├── OfficeFileInvalid       (data.errors)
│   ├── RulesFileInvalid    the office's rules.csv has rows that can't be understood
│   └── UnitsFileInvalid    the office's units.csv contradicts itself
└── TrainingBusy            the office is being trained already
"""

from __future__ import annotations

from data.errors import OfficeFileInvalid, PilahError

__all__ = [
    "ArtifactError",
    "ArtifactForeign",
    "ArtifactMissing",
    "ArtifactTampered",
    "HistoryUnusable",
    "PilahError",
    "RulesFileInvalid",
    "TrainingBusy",
    "UnitsFileInvalid",
]


class ArtifactError(PilahError):
    """A stored model version cannot be used."""


class ArtifactMissing(ArtifactError):
    """There is no version, or no champion, in this office."""


class ArtifactTampered(ArtifactError):
    """A file is not the one that the manifest names."""


class ArtifactForeign(ArtifactError):
    """The version was made with libraries, or by a Pilah, that this one cannot read."""


class HistoryUnusable(PilahError):
    """The labelled history holds too little to learn from."""


class RulesFileInvalid(OfficeFileInvalid):
    """A rules.csv has rows that can't be understood."""


class TrainingBusy(PilahError):
    """The office is being trained already; one training at a time."""


class UnitsFileInvalid(OfficeFileInvalid):
    """The office's units.csv contradicts itself."""
