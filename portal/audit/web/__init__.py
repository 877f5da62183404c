"""The record’s pages: an organisation’s, one’s own, and the file of it."""
