"""A SpKey API to try things with: it runs anywhere and keeps its state in memory."""
