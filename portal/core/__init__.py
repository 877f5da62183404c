"""What has no domain."""
