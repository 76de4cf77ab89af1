"""Who runs the command, for records that people read."""

from getpass import getuser


def user_name() -> str:
    """The name of the user; nobody, where the system does not say."""
    try:
        return getuser()
    except OSError:
        return ""
