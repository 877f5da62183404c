"""The hubs' pages."""
