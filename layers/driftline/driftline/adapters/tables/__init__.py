"""Tables by DuckDB, in memory and on local disk."""
