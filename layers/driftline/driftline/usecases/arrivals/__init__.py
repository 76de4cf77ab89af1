"""Something arrives: it is taken in, joined with its other half, and evaluated windows open again."""
