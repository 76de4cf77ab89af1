"""What all monitors have in common.

A kind of monitor is a subclass with settings of its own (`kinds/<kind>/settings.py`). Everything here is light:
functions that set alarms or send messages do not import numpy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import DEFAULT_ALARMS, UNUSABLE_FIGURES, VIOLATIONS, Alarm
from driftline.domain.monitors.fields import (
    Age,
    Name,
    Namespace,
    Offset,
    Part,
    ScheduleText,
    ScriptName,
    Timezone,
    WebAddress,
    format_offset,
    refuse,
)
from driftline.domain.monitors.schedule import At, Rate, parse_schedule
from driftline.domain.windows import SLOT


@dataclass(frozen=True, slots=True)
class Line:
    """A published figure in a graph of the dashboard.

    Attributes:
        figure: Its name in CloudWatch.
        right: Use the axis on the right.
    """

    figure: str
    label: str
    color: str | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph of the dashboard over time; `smallest` and `largest` are the ends of its axis, None to fit the data."""

    title: str
    lines: tuple[Line, ...]
    smallest: float | None = None
    largest: float | None = None


class WindowOffsets(Part):
    """Which inference times an execution evaluates, counted from its scheduled time."""

    start_offset: Offset
    """Start of the window, included: an ISO 8601 duration, for example -PT1H or -P8D."""

    end_offset: Offset = Field(default=timedelta(0), json_schema_extra={"default": "PT0H"})
    """End of the window, excluded: an ISO 8601 duration. PT0H, the default, is the scheduled time."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start_offset >= self.end_offset:
            start, end = format_offset(self.start_offset), format_offset(self.end_offset)
            raise refuse(f"the window from {start} to {end} is empty", "a start_offset before the end_offset")
        return self


class ScheduledMonitor(Part):
    """What every monitor has: when it runs and which window it evaluates.

    Attributes:
        metrics_namespace: SageMaker's CloudWatch namespace for this kind of monitor.
        figure_families: Names with a part that only the data knows, such as `feature_<what>_<name>`.
    """

    metrics_namespace: ClassVar[str]
    figure_families: ClassVar[tuple[str, ...]] = ()

    schedule: ScheduleText = "cron(0 * ? * * *)"
    """When it runs: cron(minutes hours day-of-month month day-of-week year), rate(6 hours) or
    at(2026-03-01T00:00:00). Default: every hour."""

    timezone: Timezone = "UTC"
    """Time zone of the schedule, an IANA name such as Europe/Berlin."""

    enabled: bool = Field(default=True, strict=True)
    """false removes the schedule but keeps the monitor; you can still run it by hand."""

    schedule_name: Name | None = None
    """Value of the metrics' dimension MonitoringSchedule. Default: <endpoint>-<monitor>. Set it to the name of a
    SageMaker monitoring schedule to keep its alarms and dashboards."""

    window: WindowOffsets | None = None
    """The window of an execution. Default: from the schedule's previous occurrence to its scheduled time, so that every
    inference is evaluated once."""

    max_revisions_age: Age = timedelta(days=14)
    """How long after its end a window is evaluated again when late data arrives. PT0H: never. The age counts to the
    event of a capture file, and to the hour folder of ground truth."""

    max_unusable: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.05
    """Largest share of a window that may be unusable: captured lines that cannot be read, labelled rows whose
    prediction or label cannot be used. More is a violation. 1: never."""

    namespace: Namespace | None = None
    """CloudWatch namespace. Default: the stack's, which is SageMaker's unless it was changed."""

    preprocess: ScriptName | None = None
    """A script under scripts/ with SageMaker's preprocess_handler, called for every capture record. Captures are read
    once, so it makes the rows of all monitors of the endpoint."""

    postprocess: ScriptName | None = None
    """A script under scripts/ with SageMaker's postprocess_handler, called after the analysis."""

    alarms: Annotated[tuple[Alarm, ...], Field(max_length=50)] = DEFAULT_ALARMS
    """When to notify people or request a retraining. Default: notify of any violation. []: never."""

    runbook: WebAddress | None = None
    """An https address in every message about this monitor: what to do when it alarms. Default: the endpoint's."""

    @model_validator(mode="after")
    def _window_follows_from_schedule(self) -> Self:
        if self.window is not None:
            return self
        schedule = parse_schedule(self.schedule)
        mend = "Add a window, for example window: {start_offset: -PT1H}."
        if isinstance(schedule, At):
            raise refuse(f"{self.schedule} runs once, and there is no window", "a window", mend)
        slot_minutes = SLOT // timedelta(minutes=1)
        if isinstance(schedule, Rate):
            too_often = schedule.every < SLOT
        else:
            slots = [minute // slot_minutes for minute in schedule.minutes]
            too_often = len(set(slots)) < len(slots)
        if too_often:
            raise refuse(f"{self.schedule} runs twice within five minutes, and there is no window", "a window", mend)
        return self

    @property
    def label_delay(self) -> timedelta | None:
        """How long after an inference its label may arrive; None for monitors that need no labels."""
        return None

    @property
    def reads_attributes(self) -> bool:
        """Whether attributes of inferences that are uploaded separately influence a verdict."""
        return False

    @property
    def attributes(self) -> Mapping[str, str]:
        """Where the monitor finds what it needs in a row, by field: indexes, names of columns or expressions."""
        return {}

    @property
    def as_sagemaker(self) -> bool:
        """Whether SageMaker's files are exactly what SageMaker's container would write."""
        return False

    @property
    def scripts(self) -> Mapping[str, str]:
        """Field of the document -> name of the script in it, for all that captures and executions need."""
        fields = {"preprocess": self.preprocess, "postprocess": self.postprocess}
        return {field: name for field, name in fields.items() if name}

    @classmethod
    def drafted(cls, _output: Sequence[str], _label: str | None, _stated: Mapping[str, object]) -> Mapping[str, object]:
        """Fields that follow from the columns, for a new document.

        Args:
            _output: Names of the output columns.
            _label: The column with ground truth.
            _stated: Fields that are stated already.
        """
        return {}

    def figures(self) -> Sequence[str]:
        """Names of the kind's figures for alarms, apart from the families."""
        return (VIOLATIONS,)

    @property
    def all_figures(self) -> Sequence[str]:
        """Names of all figures for alarms, apart from the families: those of every monitor, too."""
        return (*self.figures(), *UNUSABLE_FIGURES)

    def has_figure(self, name: str) -> bool:
        """Whether an alarm can use this figure. Any name of a family is accepted: only the data knows which exist."""
        return name in self.all_figures

    def figure_hint(self, _name: str) -> str:
        """How to fix an unknown name of a figure; empty if it can only be a misspelling."""
        return ""

    def doubts(self, _outputs: Sequence[str]) -> Sequence[str]:
        """What is valid and probably not meant, in sentences.

        Args:
            _outputs: The document's names of the output columns; none if it has none.
        """
        return ()

    def costs(self, _inputs: Sequence[str], _executions: int) -> Sequence[str]:
        """What the monitor costs beyond what all do, in sentences.

        Args:
            _inputs: The document's names of the input columns; none if it has none.
            _executions: In a month.
        """
        return ()

    def graphs(self, _name: str) -> Iterable[Graph]:
        """What the dashboard shows of the monitor in addition to its violations, from left to right.

        Args:
            _name: The monitor's name, for titles.
        """
        return ()
