"""Measure a version on held-out rows, compare with the champion, decide on promotion."""
