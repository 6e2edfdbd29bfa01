"""From a labelled history to a registered, measured model version."""
