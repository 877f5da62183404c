"""Many hubs at once: a file or a paste, a plan that is kept, and that plan carried out."""
