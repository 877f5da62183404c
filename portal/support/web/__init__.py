"""Support's pages."""
