"""The ledger: complaints, suggestions, decisions, accounts and the audit log; no entry is overwritten."""
