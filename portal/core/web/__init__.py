"""What has no domain, for requests and pages."""
