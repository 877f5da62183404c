"""Jobs in words."""
