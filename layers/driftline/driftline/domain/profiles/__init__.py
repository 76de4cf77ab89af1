"""Profiles: mergeable sufficient statistics of some rows; merge(profile(a), profile(b)) == profile(a + b)."""
