"""A folder in the place of a bucket."""
