"""The queue of windows to evaluate again: one message per window in a turn of the clock, however often it is asked."""

from hashlib import sha256

from driftline.adapters.aws.once_in_a_turn import OnceInATurn
from driftline.domain.executions.execution import ExecutionRequest


class RerunQueue:
    """`Reruns`."""

    def __init__(self, queue: OnceInATurn) -> None:
        self._queue = queue

    def request(self, request: ExecutionRequest) -> None:
        body = request.model_dump_json(exclude_none=True)
        self._queue.send(body, sha256(body.encode()).hexdigest())
