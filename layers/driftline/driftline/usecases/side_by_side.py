"""Many calls of a store in parallel, because reading an object from S3 is mostly waiting."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice

AT_ONCE = 16
"""Default number of parallel calls; adapters/aws/s3.py keeps a connection for each.

A call of boto3 takes one or two milliseconds of the interpreter, which is one thread's at a time, and waits some 20 for
S3: more threads would wait for each other.
"""

_AHEAD = 2
"""How many times as many calls are requested before the first answer is taken: a slow one does not hold up the others,
and unread answers stay bounded."""


def side_by_side[T, R](call: Callable[[T], R], items: Iterable[T], at_once: int = AT_ONCE) -> Iterator[R]:
    """The result of a call for each item, in the order of the items, like `map`.

    Items are taken as answers are used, so the source may be endless.

    Args:
        at_once: Maximum number of parallel calls, `ObjectStore.at_once` for those of a store; no thread for one.

    Raises:
        Exception: whatever the call raises, at its item's position, after the results of the items before it.
    """
    if at_once == 1:
        yield from map(call, items)
        return
    coming = iter(items)
    first = list(islice(coming, 2))
    if len(first) < 2:  # noqa: PLR2004, threads for one call would take longer than most calls
        yield from map(call, first)
        return
    coming = chain(first, coming)
    with ThreadPoolExecutor(at_once) as threads:
        asked: deque[Future[R]] = deque(threads.submit(call, item) for item in islice(coming, _AHEAD * at_once))
        try:
            while asked:
                yield asked.popleft().result()
                asked.extend(threads.submit(call, item) for item in islice(coming, 1))
        finally:
            for future in asked:
                future.cancel()
