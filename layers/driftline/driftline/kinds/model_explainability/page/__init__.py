"""What an execution of attribution drift says to people."""
