"""The one way to SpKey."""
