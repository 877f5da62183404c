"""Jobs' pages."""
