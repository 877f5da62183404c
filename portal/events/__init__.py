"""What SpKey tells the portal by itself: events, each of them a hint to read a hub."""
