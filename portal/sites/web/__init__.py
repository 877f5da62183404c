"""Sites' pages."""
