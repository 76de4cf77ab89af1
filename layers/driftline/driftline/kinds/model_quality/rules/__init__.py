"""Model quality: how good the predictions were, now that the ground truth is known."""
