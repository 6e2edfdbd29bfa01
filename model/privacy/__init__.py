"""Mask personal data in a complaint."""
