"""English, as in Britain."""
