"""What the use cases would publish in the cloud. Here people read it on the terminal; metrics and events go nowhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from driftline.cli.output import Output
from driftline.domain.metrics import Metric


class TellOperators:
    """Operators: whoever runs the command is the operator."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def tell(self, subject: str, message: str) -> None:
        self._output.note(f"{subject}\n{message}")


class NoMetrics:
    """Metrics: a laptop publishes none, or a try-out would ring the alarms of the real monitor."""

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime) -> None:
        pass


class NoEvents:
    """Events: dropped, for the same reason."""

    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None:
        pass
