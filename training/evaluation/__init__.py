"""Measure a version on held-out rows, compare it with the champion, decide on promotion."""
