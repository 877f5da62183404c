"""What templates say of hubs."""
