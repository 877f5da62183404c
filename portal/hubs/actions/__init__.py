"""What administrators do to a hub of theirs: move, role, suspend, commands, commissioning."""
