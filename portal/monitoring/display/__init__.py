"""How the state of the portal is said."""
