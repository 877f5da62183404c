"""What browsers ask of the portal as an app."""
