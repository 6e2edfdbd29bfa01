"""The HTTP API and the officer's page."""
