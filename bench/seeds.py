"""Where the random numbers of a simulation begin: anew in every run, and printed, so that a run can be repeated."""

import secrets
import sys

from bench.results import Options


def seed_of(options: Options) -> int:
    """The given seed, or a fresh one; it is told on standard error."""
    seed = options.seed if options.seed is not None else secrets.randbelow(2**31)
    print(f"seed {seed} (repeat with --seed {seed})", file=sys.stderr, flush=True)
    return seed
