"""The officer's pages: Indonesian, without scripts, readable on a telephone and without a mouse."""
