"""Commands about SpKey."""
