"""Who may act for an organisation that is not theirs, at which sites, and until when."""
