"""What any template may say with."""
