"""The heavy half of a kind of monitor: what evaluates windows and reads their files."""

from typing import Protocol


class Engine(Protocol):
    """See `Kind.engine`."""
