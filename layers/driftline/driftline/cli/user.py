"""The user of the command, for records that people read."""

from getpass import getuser


def user_name() -> str:
    """The name of the user; empty if the system does not know it."""
    try:
        return getuser()
    except OSError:
        return ""
