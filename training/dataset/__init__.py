"""Read labelled rows, apply corrections, split by time."""
