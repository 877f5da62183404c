"""What people may choose to be told of, in words."""
