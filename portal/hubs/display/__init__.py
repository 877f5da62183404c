"""How hubs and their labels are shown."""
