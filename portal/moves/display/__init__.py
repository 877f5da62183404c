"""What each side of a move request reads."""
