"""Compares inputs and predictions with the baseline."""
