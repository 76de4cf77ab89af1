"""AWS services behind the ports, and the events that they send."""
