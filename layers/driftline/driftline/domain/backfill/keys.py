"""Keys of a backfill's own objects, all in one folder, which may be deleted when the run has ended."""

import re

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import STATE

BACKFILLS = f"{STATE}backfill/"
_ID = re.compile(r"(?:[0-9]{8}T[0-9]{2}-[0-9]{8}T[0-9]{2}|baseline)-[0-9a-f]{12}")


def checked_id(text: str) -> str:
    """The same text.

    Raises:
        InvalidInputError: not the id of a run; a key is made of it.
    """
    if _ID.fullmatch(text) is None:
        raise InvalidInputError(
            f"{text!r} is not the id of a backfill",
            expected="an id as `driftline backfill` prints it, for example 20260101T00-20260201T00-0123456789ab",
        )
    return text


def plan_key(run: str) -> str:
    return f"{BACKFILLS}{run}/plan.json"


def batch_key(run: str, batch: str) -> str:
    """JSON Lines: a file, or a scheduled time, a line."""
    return f"{BACKFILLS}{run}/batches/{batch}.jsonl"


def results_prefix(run: str) -> str:
    return f"{BACKFILLS}{run}/results/"


def result_key(run: str, batch: str) -> str:
    """What was done of a batch: the done-markers of its files."""
    return f"{results_prefix(run)}{batch}.json"


def items_key(run: str, step: str) -> str:
    """What the Distributed Map of a step reads: CSV with one column, `batch`."""
    return f"{BACKFILLS}{run}/{step}.csv"


def file_profile_key(endpoint: str, monitor: str, read_as: str, marker: str) -> str:
    """The profile of a file of a baseline's data set, for all runs that read it in the same way."""
    return f"{BACKFILLS}files/{endpoint}/{monitor}/{read_as}/{marker}.profile"


def executions_key(run: str) -> str:
    """The executions of the state machine, one a line, the newest last."""
    return f"{BACKFILLS}{run}/executions.txt"


def outcome_key(run: str) -> str:
    """What came of the run, in numbers; written when it ends."""
    return f"{BACKFILLS}{run}/result.json"


def failed_key(run: str) -> str:
    """JSON Lines: each file and window that failed, by name, with its reason."""
    return f"{BACKFILLS}{run}/failed.jsonl"
