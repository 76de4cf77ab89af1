"""Many calls of a store at the same time: reading an object from S3 is waiting for it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

AT_ONCE = 16
"""So many calls wait side by side, unless a caller says otherwise; adapters/aws/s3.py keeps a connection for each.

A call of boto3 takes one or two milliseconds of the interpreter, which is one thread's at a time, and waits some 20 for
S3: more threads would wait for each other.
"""

_AHEAD = 2
"""So many times as many calls are asked for before the first answer is taken: a slow one does not hold up the others,
and what was read but not yet looked at stays bounded."""


def side_by_side[T, R](call: Callable[[T], R], items: Iterable[T], at_once: int = AT_ONCE) -> Iterator[R]:
    """What a call gives for each item, in the order of the items, as `map` does.

    Items are taken as the answers are: an endless source of them does no harm.

    Args:
        at_once: The most calls that run at the same time.

    Raises:
        Exception: whatever the call raises, in its item's place: what comes before it has been given by then.
    """
    with ThreadPoolExecutor(at_once) as threads:
        coming = iter(items)
        asked: deque[Future[R]] = deque(threads.submit(call, item) for item in islice(coming, _AHEAD * at_once))
        try:
            while asked:
                yield asked.popleft().result()
                asked.extend(threads.submit(call, item) for item in islice(coming, 1))
        finally:
            for future in asked:
                future.cancel()
