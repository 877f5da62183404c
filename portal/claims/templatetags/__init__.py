"""Claims' words for templates."""
