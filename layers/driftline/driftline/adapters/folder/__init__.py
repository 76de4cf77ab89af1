"""A folder in place of a bucket."""
