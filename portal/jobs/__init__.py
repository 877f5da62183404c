"""Jobs: a visit to a site, by whom, when, and what is expected there."""
