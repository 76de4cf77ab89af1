"""Capture files: from lines to columns."""
