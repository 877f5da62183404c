"""What the portal claims about speed, measured as ratios within one run: `python -m bench`."""
