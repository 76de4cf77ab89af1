"""Channels send messages to people, in the form rendered by `presentation/messages`."""
