"""Who may enter: users, sessions, API keys, failed sign-ins, and the audit log."""
