"""Notifies people of what they do not know yet."""
