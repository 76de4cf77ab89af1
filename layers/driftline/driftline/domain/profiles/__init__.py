"""Mergeable sufficient statistics: `merge(profile(a), profile(b)) == profile(a + b)`."""
