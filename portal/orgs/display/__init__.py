"""How what belongs to an organisation is shown."""
