"""Who may do what, and where: people, organisations, sites and credentials."""
