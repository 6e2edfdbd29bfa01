"""Give an office's own file back with columns added at the right, and everything else as it was."""
