"""The demo: a year of flights, a small model, and its monitors, on one machine."""


class DemoError(Exception):
    """Why the demo cannot continue, in one sentence."""
