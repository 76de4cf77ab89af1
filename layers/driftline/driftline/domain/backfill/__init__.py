"""Capture files of the past: what is to be read, in which batches, and what has been."""
