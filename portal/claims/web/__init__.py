"""Claims' pages."""
