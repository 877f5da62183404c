"""Sites: the buildings in which hubs stand."""
