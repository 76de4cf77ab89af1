"""Monitor documents that are drafted from files."""
