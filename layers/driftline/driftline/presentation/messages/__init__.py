"""What people are told: messages, apart from the channel that carries them."""
