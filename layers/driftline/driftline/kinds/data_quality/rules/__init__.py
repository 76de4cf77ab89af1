"""Statistics, constraints and the verdict of the data quality monitor.

docs/reference/data-quality.md explains every number.
"""
