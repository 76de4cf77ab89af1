"""Models that reach an endpoint: their announcements, and the contents of their packages."""
