"""The HTTP API for intake systems."""
