"""What should happen and does not."""
