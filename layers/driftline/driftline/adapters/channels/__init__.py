"""Ways to people: each channel sends messages in the form that `domain/notifications` gives them."""
