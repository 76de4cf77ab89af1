"""The user's own scripts, each in a process of its own."""
