"""The office's past complaints: stored rows, an index over them, and similar cases."""
