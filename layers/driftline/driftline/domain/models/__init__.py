"""Models that reach an endpoint: what is told of them, and what their packages bring along."""
