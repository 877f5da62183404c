"""Template tags of the tray."""
