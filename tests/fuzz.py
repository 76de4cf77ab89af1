"""How far property tests search: `make test-all` searches ten times as far as `make test`, always among the same examples."""

import os

FACTOR = int(os.environ.get("FUZZ", "1"))


def examples(count: int) -> int:
    """What `max_examples` is, where `make test` tries so many."""
    return count * FACTOR
