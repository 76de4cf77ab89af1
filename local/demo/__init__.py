"""The demo: a year of flights, a small model, and a monitor that watches it, on one machine."""


class DemoError(Exception):
    """What keeps the demo from going on, told in a sentence."""
