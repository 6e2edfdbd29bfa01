"""Trainings started from the page: their files, runs and states."""
