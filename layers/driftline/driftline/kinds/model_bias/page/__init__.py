"""The page of a bias execution."""
