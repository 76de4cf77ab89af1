"""The queue of render_index: at most one message in a turn of the clock, however many ask.

All messages are of one group, which SQS delivers one after the other: no two pages are made at once.
"""

from driftline.adapters.aws.events_in import IndexRequest
from driftline.adapters.aws.once_in_a_turn import OnceInATurn

_GROUP = "index"


class IndexQueue:
    """`IndexRequests`."""

    def __init__(self, queue: OnceInATurn) -> None:
        self._queue = queue

    def request(self) -> None:
        self._queue.send(IndexRequest(render="index").model_dump_json(), _GROUP)
