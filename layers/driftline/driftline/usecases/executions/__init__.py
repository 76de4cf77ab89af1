"""A monitor judges a window."""
