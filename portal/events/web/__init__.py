"""The address that takes events, and the page on which it is set up."""
