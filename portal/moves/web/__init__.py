"""The pages of who asks for a hub, and of who holds it."""
