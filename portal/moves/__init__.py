"""Hubs that stand here and are bound elsewhere: asked for, asked after, and moved."""
