"""Suggest for a whole file, or for every file that arrives in a folder."""
