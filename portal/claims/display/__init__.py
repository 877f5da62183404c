"""How claims are shown."""
