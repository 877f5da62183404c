"""What happens to claims when everything around them fails at once: `python -m chaos`."""
