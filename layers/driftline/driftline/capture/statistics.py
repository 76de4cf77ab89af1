"""What became of the predictions of a process, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts since the process started. `captured == written + failed + waiting`, always.

    Attributes:
        captured: Records that were taken into the queue.
        written: Records in files that are stored.
        failed: Records that were taken but can never be written: a payload whose fields cannot be redacted, or the
            destination still refused them when the process ended.
        waiting: Records in the queue, or in a file that is being written.
        dropped: Predictions that did not fit into `Limits.queue_bytes`.
        oversized: Predictions with a body above `Limits.body_bytes`.
        unsampled: Predictions that the sampling percentage left out.
        skipped: Requests without a prediction: an error as the answer, an exception of the application, or a client
            that went away before the answer was complete.
        errors: Predictions that could not be captured because of an error in what was given, or in capturing itself.
        unpaired: Events whose other half did not come in time (only receivers have these).
        write_errors: Attempts to write a file that failed; they are repeated.
        last_error: Of the last attempt or record that failed; empty if there was none.
    """

    captured: int = 0
    written: int = 0
    failed: int = 0
    waiting: int = 0
    dropped: int = 0
    oversized: int = 0
    unsampled: int = 0
    skipped: int = 0
    errors: int = 0
    unpaired: int = 0
    write_errors: int = 0
    last_error: str = ""

    def text(self) -> str:
        """One line for a log: the counts that are not 0."""
        shown = [f"{name} {value}" for name in _COUNTS if (value := getattr(self, name))]
        return ", ".join(shown) or "nothing captured"


_COUNTS = (
    "captured", "written", "failed", "waiting", "dropped", "oversized", "unsampled", "skipped", "errors", "unpaired",
    "write_errors",
)  # fmt: skip
