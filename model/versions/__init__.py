"""Trained versions on disk: save, verify, load, promote."""
