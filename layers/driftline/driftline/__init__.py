"""Driftline: watches machine-learning endpoints in production."""

__version__ = "0.1.0"
"""The package's metadata and the command line read it; template.yaml says the same, and a test compares them."""
