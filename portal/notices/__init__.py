"""What administrators are told by e-mail."""
