"""People learn what they do not know yet."""
