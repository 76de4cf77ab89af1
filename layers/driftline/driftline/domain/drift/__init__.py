"""Distances between two samples of a column; docs/reference/data-quality.md says which one is used when."""
