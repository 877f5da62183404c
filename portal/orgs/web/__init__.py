"""Pages of people, keys and sign-in."""
