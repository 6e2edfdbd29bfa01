"""The ledger: every complaint that waits, every suggestion made, and what people decided. Nothing in it is overwritten."""
