"""A SpKey API to try things with: it runs anywhere, keeps its state in memory and forgets it when it ends."""
