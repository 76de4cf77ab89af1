"""A monitor evaluates a window."""
