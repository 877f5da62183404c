"""Acting for other organisations."""
