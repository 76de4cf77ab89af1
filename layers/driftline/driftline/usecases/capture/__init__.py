"""Capture files become profiles and records."""
