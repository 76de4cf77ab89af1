"""Is there room for the functions in the account's concurrency?

A function that Lambda throttles gives its messages back to the queue. One that was received five times is a dead
letter, though nothing is wrong with it (AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source
mappings").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, advice, fault, ok
from driftline.domain.doctor.triggers import SourceFacts

_QUOTA = "L-B99A9384"
"""Concurrent executions, in Service Quotas."""


@dataclass(frozen=True, slots=True)
class ConcurrencyFacts:
    """The account's limits in the region.

    Attributes:
        unreserved: What functions without reserved concurrency share.
    """

    limit: int
    unreserved: int


def check_concurrency(account: ConcurrencyFacts, sources: Sequence[SourceFacts], direct: int) -> Iterator[Line]:
    """What the stack's functions may use at once, against what the account has for them.

    Args:
        sources: The stack's event sources.
        direct: Functions that are invoked without a queue; each is counted once.
    """
    limits = [each.at_once for each in sources]
    room = f"{account.unreserved} of the account's {account.limit} concurrent executions are free for all functions"
    more = (
        "Ask for more, which costs nothing: `aws service-quotas request-service-quota-increase --service-code lambda "
        f"--quota-code {_QUOTA} --desired-value 1000`"
    )
    unlimited = [each.name for each in sources if each.at_once is None]
    if unlimited:
        yield fault(
            f"{', '.join(unlimited)} may use all concurrency of the account: MaximumConcurrency is not set.",
            "Deploy the stack again.",
        )
        return
    known = [limit for limit in limits if limit is not None]
    need, largest = sum(known) + direct, max(known, default=0)
    if largest >= account.unreserved:
        yield fault(
            f"One queue alone may run {largest} functions at once, and {room}: the others are throttled in a burst.",
            f"{more}, or deploy with smaller ProfileConcurrency and RunConcurrency.",
        )
    elif need > account.unreserved:
        yield advice(
            f"All queues together may run {need} functions at once, and {room}: in a long burst some are throttled, "
            "and their messages can end as dead letters.",
            f"{more}.",
        )
    else:
        yield ok(f"The functions run at most {need} at once; {room}.")
