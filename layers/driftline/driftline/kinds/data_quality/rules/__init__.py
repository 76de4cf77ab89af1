"""Statistics, constraints and the verdict of the data quality monitor; docs/numbers.md explains every number."""
