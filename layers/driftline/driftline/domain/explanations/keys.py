"""Where tasks, results and those who wait are in the bucket.

    state/explanations/<endpoint>/<question>/<period>/<first hour>-<last hour>-<digest>.{task,result}
    state/explanations/<endpoint>/waiting/<digest>.json

A question is everything but the rows; a period is the day of the rows, or `baseline`. So a later window finds what was
explained of its rows in one listing a day, and reads what overlaps its hours only.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import STATE

EXPLANATIONS = f"{STATE}explanations/"
BASELINE = "baseline"

_TASK, _RESULT = ".task", ".result"
_HOURS = re.compile(r".*/(\d\d)-(\d\d)-[0-9a-f]+\.result")
_OF_ENDPOINT = re.compile(rf"{EXPLANATIONS}([^/]+)/.+\.(?:task|result)")


def period_of(hour: datetime | None) -> str:
    return f"{hour:%Y%m%d}" if hour else BASELINE


def period_prefix(endpoint: str, question: str, period: str) -> str:
    return f"{EXPLANATIONS}{endpoint}/{question}/{period}/"


def task_key(endpoint: str, question: str, hours: Sequence[datetime], digest: str) -> str:
    """Args: hours: of its rows, all of one day; none: of a baseline."""
    first, last = (min(hours).hour, max(hours).hour) if hours else (0, 0)
    period = period_of(hours[0] if hours else None)
    return f"{period_prefix(endpoint, question, period)}{first:02}-{last:02}-{digest}{_TASK}"


def result_of(task: str) -> str:
    """The key of a task's result."""
    return f"{task.removesuffix(_TASK)}{_RESULT}"


def task_of(result: str) -> str:
    return f"{result.removesuffix(_RESULT)}{_TASK}"


def is_task(key: str) -> bool:
    return key.startswith(EXPLANATIONS) and key.endswith(_TASK)


def holds_hours(key: str, first: int, last: int) -> bool:
    """Whether it is a result with rows of some of these hours of its day."""
    found = _HOURS.fullmatch(key)
    return found is not None and int(found[1]) <= last and first <= int(found[2])


def endpoint_of(key: str) -> str:
    """The endpoint of a task or a result.

    Raises:
        InvalidInputError: it is neither.
    """
    found = _OF_ENDPOINT.fullmatch(key)
    if found is None:
        raise InvalidInputError(
            "not the key of a task", where=key, expected=f"{EXPLANATIONS}<endpoint>/<question>/<period>/…{_TASK}"
        )
    return found[1]


def waiting_prefix(endpoint: str) -> str:
    return f"{EXPLANATIONS}{endpoint}/waiting/"


def waiting_key(endpoint: str, who: str, needs: Sequence[str]) -> str:
    """Args: who: what waits: one execution, or one baseline. needs: keys of the results that it waits for."""
    digest = sha256("\n".join((who, *needs)).encode()).hexdigest()
    return f"{waiting_prefix(endpoint)}{digest[:32]}.json"
