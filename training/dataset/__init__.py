"""Read labelled rows, correct them, split them by time."""
