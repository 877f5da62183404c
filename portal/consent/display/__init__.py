"""What people read of consent."""
