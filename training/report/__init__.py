"""The model card and the report of a training."""
