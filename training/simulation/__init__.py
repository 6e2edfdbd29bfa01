"""Replay a history with simulated officers, rules and growing training sets."""
