"""A data set becomes a baseline."""
