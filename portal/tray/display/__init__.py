"""What a device shows of its rows."""
