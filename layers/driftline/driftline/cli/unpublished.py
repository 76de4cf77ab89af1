"""What the use cases publish in the cloud: here, messages go to the terminal, and no execution counts as announced."""

from typing import override

from driftline.cli.forwarding import ForwardingStore
from driftline.cli.output import Output
from driftline.domain.keys import REPORTS, execution_key

_ANNOUNCEMENTS = execution_key(REPORTS).rpartition("/")[0] + "/"


class TerminalOperators:
    """Operators: the user of the command is the operator."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def notify(self, subject: str, message: str) -> None:
        self._output.note(f"{subject}\n{message}")


class UnannouncedStore(ForwardingStore):
    """A store in which no execution counts as announced, because a command publishes neither metrics nor events.

    Otherwise, trying something on a bucket would silence the real execution of the same window.
    """

    @override
    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        if not key.startswith(_ANNOUNCEMENTS):
            self._inner.put(key, body, content_type=content_type)
