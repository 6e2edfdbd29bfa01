"""Compare what arrives now with what the model learned from, and raise alarms."""
