"""The errors of training and of promotions.

PilahError (data.errors)
├── HistoryUnusable         the labelled history is too small to learn from, or to measure on
├── CorrectionsUnusable     a workbook of corrections can't be understood, or its rows have changed since the check
└── NotPromoted             a version is worse than the champion or can't be compared, and was not forced; it carries
                            the verdict, so it stands in training.evaluation.promotion
"""

from __future__ import annotations

from data.errors import PilahError


class HistoryUnusable(PilahError):
    """The labelled history is too small to learn from, or to measure on."""


class CorrectionsUnusable(PilahError):
    """A workbook of corrections can't be understood, or its rows have changed since the check."""
