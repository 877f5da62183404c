"""What support reads."""
