"""Which labels and inferences may belong together, from the hours in their keys only.

A label's hour says when it was collected. It belongs to an inference of the same UTC day or earlier, at most
`max_label_delay` before. The same day, not the same hour, because daily files are often put into the folder of the
day's first hour. Both sides of the merge use this rule, so the result does not depend on which came first.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

DEFAULT_LABEL_DELAY = timedelta(days=14)
_DAY = timedelta(days=1)


def may_belong(label_hour: datetime, inference_hour: datetime, max_label_delay: timedelta) -> bool:
    """Whether labels collected in one hour can belong to inferences made in the other."""
    return start_of_day(inference_hour) <= label_hour and label_hour - inference_hour <= max_label_delay


def days_of(label_hour: datetime, max_label_delay: timedelta) -> Iterator[datetime]:
    """The UTC days of inferences to which the labels may belong, latest first."""
    day = start_of_day(label_hour)
    while day + _DAY > label_hour - max_label_delay:
        yield day
        day -= _DAY


def expired(label_hour: datetime, as_of: datetime, max_label_delay: timedelta) -> bool:
    """Whether the labels have waited long enough."""
    return as_of - label_hour > max_label_delay


def start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
