"""Fit the ranking and the calibration on labelled rows."""
