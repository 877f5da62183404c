"""Photos of hubs: up to five of each, seen by whoever may see the hub."""
