"""Ground truth: what really happened, and the inference that it belongs to."""
