"""Kinds of monitors: one folder each."""
