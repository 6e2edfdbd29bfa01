"""Fit the ranking and its calibration on labelled rows."""
