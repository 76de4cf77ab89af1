"""Plain functions that count, compute and compare. No store, no clock."""
