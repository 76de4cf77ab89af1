"""Asking for explanations, and computing them, piece by piece."""
