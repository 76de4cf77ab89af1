"""Ways to people: each channel sends messages in the form that `presentation/messages` gives them."""
