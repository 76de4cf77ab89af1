"""Which endpoints are watched, by whom, and whether they are captured."""
