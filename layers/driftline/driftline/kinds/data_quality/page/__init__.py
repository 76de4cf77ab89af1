"""The page of a data-quality execution."""
