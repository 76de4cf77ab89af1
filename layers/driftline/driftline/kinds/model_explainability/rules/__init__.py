"""Plain functions that read, compare and write attributions. No store, no clock."""
