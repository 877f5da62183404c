"""What machines and operators ask about how the portal does."""
