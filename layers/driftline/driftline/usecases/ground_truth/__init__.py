"""Matches labels with inferences."""
