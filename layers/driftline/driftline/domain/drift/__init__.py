"""Distances between two distributions."""
