"""The officer's pages: Indonesian, rendered here, readable on a telephone and workable without a mouse or a script."""
