"""What a person's own process has in place of the stack's: for the command line and for notebooks."""
