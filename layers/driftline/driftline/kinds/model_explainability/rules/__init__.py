"""Plain functions that read, compute and compare. No store, no clock."""
