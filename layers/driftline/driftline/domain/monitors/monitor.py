"""What every monitor of an endpoint has, and what it has to say of itself.

A kind of monitor is a subclass with settings of its own (`kinds/<kind>/settings.py`). Everything here is light:
functions that set alarms or send messages do not import numpy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import DEFAULT_ALARMS, VIOLATIONS, Alarm
from driftline.domain.monitors.fields import (
    Age,
    Name,
    Namespace,
    Offset,
    Part,
    ScheduleText,
    ScriptName,
    Timezone,
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
        right: Drawn against the axis on the right.
    """

    figure: str
    label: str
    color: str | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph of the dashboard over time; `smallest` and `largest` are the ends of its axis, None where it fits."""

    title: str
    lines: tuple[Line, ...]
    smallest: float | None = None
    largest: float | None = None


class WindowOffsets(Part):
    """Which inference times an execution judges, counted from its scheduled time."""

    start_offset: Offset
    """Start of the window, included: an ISO 8601 duration, for example -PT1H or -P8D."""

    end_offset: Offset = Field(default=timedelta(0), json_schema_extra={"default": "PT0H"})
    """End of the window, excluded: an ISO 8601 duration. PT0H, the default, is the scheduled time."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.start_offset >= self.end_offset:
            start, end = format_offset(self.start_offset), format_offset(self.end_offset)
            raise refuse(f"the window from {start} to {end} is empty", "a start_offset that is before the end_offset")
        return self


class ScheduledMonitor(Part):
    """What every monitor has: when it runs and which window it judges.

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
    """The time zone of the schedule, a name of the IANA database such as Europe/Berlin."""

    enabled: bool = Field(default=True, strict=True)
    """false keeps the monitor but takes its schedule away; it can still be run by hand."""

    schedule_name: Name | None = None
    """The value of the metrics' dimension MonitoringSchedule. Default: <endpoint>-<monitor>. Set it to the name
    of a SageMaker monitoring schedule to keep its alarms and dashboards."""

    window: WindowOffsets | None = None
    """The window of an execution. Default: from the schedule's occurrence before it to its scheduled time, so that
    every inference is judged once."""

    max_revisions_age: Age = timedelta(days=14)
    """How long after its end a judged window is judged again when something of it arrives late. PT0H: never.
    The age counts to the event of a capture file, and to the hour folder of ground truth."""

    namespace: Namespace | None = None
    """CloudWatch namespace. Default: the stack's, which is SageMaker's unless it was changed."""

    postprocess: ScriptName | None = None
    """A script under scripts/ with SageMaker's postprocess_handler, called after the analysis."""

    alarms: Annotated[tuple[Alarm, ...], Field(max_length=50)] = DEFAULT_ALARMS
    """When people are told, or a retraining is asked for. Default: any violation tells people. []: never."""

    @model_validator(mode="after")
    def _window_follows_from_schedule(self) -> Self:
        if self.window is not None:
            return self
        schedule = parse_schedule(self.schedule)
        mend = "Give a window, for example window: {start_offset: -PT1H}."
        if isinstance(schedule, At):
            raise refuse(f"{self.schedule} happens once and no window is given", "a window", mend)
        slot_minutes = SLOT // timedelta(minutes=1)
        if isinstance(schedule, Rate):
            too_often = schedule.every < SLOT
        else:
            slots = [minute // slot_minutes for minute in schedule.minutes]
            too_often = len(set(slots)) < len(slots)
        if too_often:
            raise refuse(f"{self.schedule} runs twice in five minutes and no window is given", "a window", mend)
        return self

    @property
    def label_delay(self) -> timedelta | None:
        """How long after an inference its label may come; None for monitors that need no labels."""
        return None

    @property
    def capture_script(self) -> str | None:
        """The script that reads capture records, for monitors that may have one."""
        return None

    @property
    def scripts(self) -> tuple[str, ...]:
        """Names of all scripts that an execution needs."""
        return tuple(name for name in (self.capture_script, self.postprocess) if name)

    def figures(self) -> Sequence[str]:
        """Names of everything that alarms can be on, apart from the families."""
        return (VIOLATIONS,)

    def has_figure(self, name: str) -> bool:
        """Whether an alarm can be on it. Of a family every name is taken: only the data knows which there are."""
        return name in self.figures()

    def figure_hint(self, _name: str) -> str:
        """How to correct the name of a figure that there is not; empty where only its spelling can be the reason."""
        return ""

    def graphs(self, _name: str) -> Iterable[Graph]:
        """What the dashboard shows of the monitor besides its violations, from left to right.

        Args:
            _name: The monitor's name, for titles.
        """
        return ()
