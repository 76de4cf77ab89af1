"""The messages that people receive, independent of the channel."""
