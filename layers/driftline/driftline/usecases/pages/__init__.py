"""Pages of executions and endpoints."""
