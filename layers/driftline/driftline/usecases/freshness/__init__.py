"""Checks for what should happen and does not."""
