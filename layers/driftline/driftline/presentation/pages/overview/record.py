"""What the overview pages show of one execution: a small file of our own, so that they need not read the large ones.

It knows no kind of monitor: an execution has subjects with a distribution, figures, one figure that stands for it all,
and a sentence.
"""

from collections.abc import Sequence

import msgspec

from driftline.domain.executions.finding import Measure, Side
from driftline.domain.instants import parse_instant
from driftline.presentation.shapes import Shape
from driftline.presentation.states import FAILED
from driftline.presentation.text import day, instant, is_days, span

VERSION = 2


class GaugeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a subject is from its baseline, see tables.Gauge."""

    value: float | None = None
    limit: float | None = None
    side: Side = "at_most"
    measure: Measure = "distance"
    beyond: bool = False
    excess: float = -1.0


class SubjectRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has a distribution, see report.Subject. `required`: of the completeness."""

    name: str
    note: str = ""
    completeness: float | None = None
    required: float | None = None
    gauge: GaugeRecord | None = None
    shape: Shape | None = None


class FigureRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure of the execution, see charts.Series. `title`: for people."""

    name: str
    title: str
    value: float | None = None
    interval: tuple[float, float] | None = None
    limit: float | None = None
    side: Side | None = None
    measure: Measure = "metric"
    baseline: float | None = None
    violated: bool = False


class WorstRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The subject that is furthest beyond its limit, or nearest to it."""

    subject: str
    gauge: GaugeRecord


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One execution that a schedule asked for.

    Attributes:
        kind, title: of the monitor, for programs and for people; empty for a failed execution, of which nobody can say.
        scheduled: As text, `2026-03-01T14:00:00Z`; orders executions of a monitor.
        start, end: The window; None if it is unknown, as in SageMaker's files.
        state: `violated`, `good`, `not_evaluated` for a window without rows that could be used, or `failed`.
        verdict: One sentence, safe to show. `reason`: why nothing was evaluated.
        evaluated: Rows behind the verdict.
        violated: Subjects with violations, as people call them; the first few, in the order of the file.
        severity: How far the worst violation is beyond its limit, as a share of the limit.
        baseline: Digest of the baseline's statistics.json, of which there is a BaselineRecord.
        main: The figure that stands for the execution.
        figures: Those of subjects without a distribution.
    """

    version: int
    endpoint: str
    monitor: str
    kind: str
    title: str = ""
    noun: str = "feature"
    scheduled: str
    start: str | None = None
    end: str | None = None
    folder: str
    state: str
    verdict: str
    reason: str = ""
    rows: int
    evaluated: int = 0
    violations: int
    source: str
    violated: tuple[str, ...] = ()
    severity: float = 0.0
    coverage: float | None = None
    revision: int | None = None
    baseline: str | None = None
    main: FigureRecord | None = None
    worst: WorstRecord | None = None
    subjects: tuple[SubjectRecord, ...] = ()
    figures: tuple[FigureRecord, ...] = ()

    @property
    def time(self) -> str:
        """The start of the window; the scheduled time where no window is known. As text."""
        return self.start or self.scheduled

    @property
    def label(self) -> str:
        """What people call the window: `5 Mar 2026`, `5 Mar 2026, 14:00 to 15:00 UTC`."""
        if self.start is None or self.end is None:
            return instant(parse_instant(self.scheduled))
        return span(parse_instant(self.start), parse_instant(self.end))

    @property
    def since(self) -> str:
        """When the window began, as people say it: `5 Mar 2026` of a whole day, else `5 Mar 2026, 14:00 UTC`."""
        moment = parse_instant(self.time)
        whole = self.start is not None and self.end is not None and is_days(moment, parse_instant(self.end))
        return day(moment) if whole else instant(moment)

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


class BaselineRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distributions of a baseline by subject."""

    version: int
    shapes: dict[str, Shape]

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


def last_judged(records: Sequence[Record]) -> Record:
    """The newest with a verdict; the newest of all if there is none. Tells what the monitor's figures look like.

    Args:
        records: Of one monitor, oldest first, at least one.
    """
    return next((each for each in reversed(records) if each.state != FAILED), records[-1])
