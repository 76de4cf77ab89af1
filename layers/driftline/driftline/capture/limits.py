"""What capturing may take: memory, time, and the size of files."""

from dataclasses import dataclass, fields

from driftline.domain.errors import InvalidInputError

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a `Capture`, in each process.

    Attributes:
        body_bytes: Largest request or response that is captured; the prediction itself is not limited.
        queue_bytes: Memory for what is captured and not yet written. Records that do not fit are dropped and counted.
            While a file is made, its lines and its body come on top: two times `batch_bytes`.
        batch_bytes: A file is written when its lines have this size,
        batch_records: … or so many records wait,
        batch_seconds: … or the oldest one has waited this long. SageMaker takes about 60 s.
        write_seconds: For a connection to S3, and for each wait for its answer.
        exit_seconds: For writing the rest when the application ends.
    """

    body_bytes: int = 6 * MIB
    queue_bytes: int = 64 * MIB
    batch_bytes: int = 8 * MIB
    batch_records: int = 10_000
    batch_seconds: float = 60.0
    write_seconds: float = 10.0
    exit_seconds: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise InvalidInputError(f"{value!r} is not a limit", where=f"Limits.{field.name}", expected="above 0")
