"""Pages for signing in, the first administrator, and users and keys."""
