"""Compares predictions with ground truth."""
