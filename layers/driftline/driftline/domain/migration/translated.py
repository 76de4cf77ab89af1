"""What comes of a monitoring schedule: a monitor, files to copy, what was left out, and what a person has to do."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MonitorType:
    """What a kind of monitor says about itself, for a translation that names none.

    Attributes:
        name: In the document.
        monitoring_type: SageMaker's.
        fields: Of its settings in the document.
        namespace: SageMaker's CloudWatch namespace for endpoints.
        files: Of its baseline.
        companions: Files beside it.
    """

    name: str
    monitoring_type: str
    fields: frozenset[str]
    namespace: str
    files: tuple[str, ...]
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CapturePlace:
    """Where the document says that captures are; without a bucket, the stack's own."""

    bucket: str | None
    prefix: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of SageMaker's that was not carried over.

    Attributes:
        what: SageMaker's name of it.
        value: What it was.
        why: Why there is nothing of that kind here, or not by itself.
        instead: What a person has to do to have it; empty: nothing.
    """

    what: str
    value: str
    why: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to copy.

    Attributes:
        name: In the folder of the baseline, or below scripts/.
        uris: Where it may be, the likeliest first.
        stated: The schedule names it, so that its absence is worth a word.
    """

    name: str
    uris: tuple[str, ...]
    stated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedMonitor:
    """A monitor of a document.

    Attributes:
        endpoint: That of the schedule, or the name of a batch transform job's captures.
        fields: Of the document, without scripts.
        exclude: Columns that the document has to leave out.
        capture: None if it is not known, or nothing captures.
        baseline: Files of the baseline's folder.
        baselining_job: The job whose outputs have the baseline's files, if the schedule names no files.
        scripts: Field of the document → script.
    """

    schedule: str
    endpoint: str
    kind: str
    fields: Mapping[str, object]
    exclude: tuple[str, ...] = ()
    capture: CapturePlace | None = None
    baseline: tuple[Wanted, ...] = ()
    baselining_job: str | None = None
    scripts: Mapping[str, Wanted]
    left_out: tuple[LeftOut, ...] = ()
