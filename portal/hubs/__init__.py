"""What a hub is right now: its last known status, and how its label is read."""
