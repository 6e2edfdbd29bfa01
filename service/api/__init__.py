"""The HTTP API: what an intake system asks."""
