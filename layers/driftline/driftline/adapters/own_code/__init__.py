"""The user's own Python, on the user's own machine."""
