"""What can be seen of the portal from outside: whether it is ready, its figures, what fails."""
