"""How much work something is: the same number on every machine, unlike seconds."""

from collections.abc import Callable
from cProfile import Profile
from pstats import Stats
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included."""
    with Profile() as profile:
        work()
    stats: Any = Stats(profile)  # typeshed knows no attributes of it
    return int(stats.total_calls)
