"""The champion in the running service: loading, changes, drift alarms, rule previews."""
