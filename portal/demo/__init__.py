"""Something to try the portal with, where it runs against the sandbox."""
