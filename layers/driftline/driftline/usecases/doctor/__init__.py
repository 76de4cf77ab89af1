"""Looks at a deployed stack, and says what is not as it should be."""
