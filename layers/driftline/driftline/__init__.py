"""Driftline: watches machine-learning endpoints in production."""

__version__ = "0.1.0"
