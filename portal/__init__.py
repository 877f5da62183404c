"""The SpKey installer portal."""
