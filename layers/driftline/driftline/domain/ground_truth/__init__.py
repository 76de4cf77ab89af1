"""Ground truth: what really happened, matched with its inference."""
