"""Are the monitor documents valid, read, and complete?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, advice, fault, ok
from driftline.domain.documents.status import MonitorStatus


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A monitor document, and what became of it.

    Attributes:
        etag: Of the document; None if it was deleted.
        status: Its status file; None if there is none, or it cannot be read.
        absent: Keys of objects that an execution needs and that do not exist, by monitor.
    """

    endpoint: str
    etag: str | None
    status: MonitorStatus | None
    absent: tuple[tuple[str, str], ...] = ()


def check_documents(documents: Sequence[DocumentFacts]) -> Iterator[Line]:
    """Each document with a problem, or one line for all."""
    if not documents:
        yield advice(
            "There is no monitor document, so nothing is watched.",
            "Upload one to monitors/<endpoint>.yaml (docs/guide/monitors.md).",
        )
        return
    found = [line for each in documents for line in _problems(each)]
    yield from found
    if not found:
        one = len(documents) == 1
        yield ok(
            "The monitor document is in effect." if one else f"All {len(documents)} monitor documents are in effect."
        )


def _problems(document: DocumentFacts) -> Iterator[Line]:
    key, status = f"monitors/{document.endpoint}.yaml", document.status
    log = "the dead letters of ConfigureDeadLetters and the log of configure_monitor"
    if status is None:
        yield fault(
            f"{key} was not read: it has no status file that this release can read.",
            f"If it was uploaded more than a few minutes ago, see {log}; then upload it again.",
        )
        return
    if document.etag is None:
        yield fault(
            f"{key} was deleted, and its schedules and alarms are still there.",
            f"See {log}; upload and delete it again.",
        )
        return
    if status.etag != document.etag:
        yield fault(
            f"{key} was changed, and the change is not in effect.",
            f"If it was uploaded more than a few minutes ago, see {log}.",
        )
    elif status.status == "error":
        first = status.errors[0] if status.errors else None
        where = f"line {first.line}, {first.field}: {first.found}; allowed: {first.allowed}" if first else "no details"
        more = f" (and {len(status.errors) - 1} more)" if len(status.errors) > 1 else ""
        effect = "the last valid one is in effect" if status.document else "nothing of it is in effect"
        yield fault(
            f"{key} has errors, and {effect}: {where}{more}.",
            "Correct it and upload it again; `driftline validate` lists all errors before the upload.",
        )
    for name, state in status.monitors.items():
        for problem in state.script_problems:
            yield fault(f"{key}, {name}: {problem}.", "Correct the script and upload it again.")
    for name, absent in document.absent:
        yield fault(
            f"{key}, {name}: {absent} does not exist, so executions fail.",
            "Upload a data set or the files of a baseline (docs/guide/baselines.md).",
        )
