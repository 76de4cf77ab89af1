"""The data-quality monitor: statistics, constraints, checks."""
