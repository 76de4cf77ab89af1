"""The monitor document, `monitors/<endpoint>.yaml`: what to watch on one endpoint.

A later monitor joins as one more subclass of `ScheduledMonitor` and one more field of `Monitors`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from driftline.domain.keys import CAPTURE
from driftline.domain.monitors.alarms import DEFAULT_ALARMS, Alarm
from driftline.domain.monitors.fields import (
    Age,
    Attribute,
    BucketName,
    ChannelName,
    ColumnNames,
    Label,
    Name,
    Namespace,
    Offset,
    Part,
    Prefix,
    Probability,
    ScheduleText,
    ScriptName,
    Timezone,
    format_offset,
    is_age,
    refuse,
)
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.monitors.schedule import At, Rate, parse_schedule
from driftline.domain.monitors.watch import Watch
from driftline.domain.windows import SLOT


class Capture(Part):
    """Where the endpoint's capture files are."""

    bucket: BucketName | None = None
    """The bucket that data capture writes to. Default: the stack's own bucket."""

    prefix: Prefix = CAPTURE
    """What comes before <endpoint>/<variant>/yyyy/mm/dd/hh/ in the keys of capture files. In the stack's own bucket it
    begins with capture/."""

    @model_validator(mode="after")
    def _where_events_come_from(self) -> Self:
        if self.bucket is None and not self.prefix.startswith(CAPTURE):
            raise refuse(
                f"the prefix {self.prefix!r} in the stack's own bucket",
                f"{CAPTURE} or a prefix below it",
                "The stack listens there only. In a bucket of its own, capture may have any prefix.",
            )
        return self


class Columns(Part):
    """Names of the columns of CSV payloads, by position. JSON payloads bring their own names."""

    output: ColumnNames = ()
    """Names of the endpoint's output columns, first to last."""

    input: ColumnNames = ()
    """Names of the endpoint's input columns, first to last."""

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [*self.output, *self.input]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise refuse(f"more than one column is called {', '.join(twice)}", "names that differ, output and input")
        return self


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
    """What every monitor has: when it runs and which window it judges."""

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


class DataQualityMonitor(ScheduledMonitor):
    """Are the endpoint's inputs and outputs still like the baseline?"""

    comparison: Literal["corrected", "sagemaker"] = "corrected"
    """How numeric drift is computed: corrected weighs every row; sagemaker reproduces Model Monitor's container,
    which counts distinct values, so that flags and counts never alarm."""

    metrics: Literal["top", "all", "none"] = "top"
    """What goes to CloudWatch: top is the totals and the features that drifted most, all is every metric of every
    feature (each costs money), none is nothing."""

    top_features: Annotated[int, Field(strict=True, ge=1, le=100)] = 5
    """How many features metrics: top publishes."""

    preprocess: ScriptName | None = None
    """A script under scripts/ with SageMaker's preprocess_handler, called for every record."""


class ModelQualityMonitor(ScheduledMonitor):
    """Are the endpoint's predictions still right, once the ground truth is known?"""

    problem_type: Literal["Regression", "BinaryClassification", "MulticlassClassification"]
    """What the model predicts."""

    inference_attribute: Attribute | None = None
    """Where the prediction is, a number or a label: an index of the endpoint's output such as "0", a column's name, or
    a JMESPath expression."""

    probability_attribute: Attribute | None = None
    """Where the probability of the positive label is, or a list with one for each label."""

    probability_threshold_attribute: Probability = 0.5
    """A row whose probability is above it is predicted positive, where there is no inference_attribute."""

    positive_label: Label = "1"
    """The label that counts as positive in binary classification."""

    ground_truth_attribute: Attribute | None = None
    """Where the label is: in a baseline's data set, which needs it, and in ground truth that is a JSON object."""

    alarm_on: Literal["point", "interval"] | None = None
    """What a violation needs: point, the metric itself beyond the threshold, as in SageMaker; interval, its whole
    95 % interval. Default: interval, but point for constraints that SageMaker made."""

    max_label_delay: Age = timedelta(days=14)
    """How long after its inference a label may come. Labels that match nothing are listed after that time. Windows are
    judged again for as long, unless max_revisions_age says otherwise."""

    metrics: Literal["all", "none"] = "all"
    """What goes to CloudWatch."""

    @model_validator(mode="before")
    @classmethod
    def _judged_again_as_long_as_labels_come(cls, value: object) -> object:
        """A label that is joined and never judged would be of no use."""
        if isinstance(value, dict) and "max_revisions_age" not in value and is_age(value.get("max_label_delay")):
            return value | {"max_revisions_age": value["max_label_delay"]}
        return value

    @model_validator(mode="after")
    def _says_where_the_prediction_is(self) -> Self:
        if self.inference_attribute is None and self.probability_attribute is None:
            raise refuse(
                "no inference_attribute and no probability_attribute",
                "at least one of them",
                'For a CSV output with the prediction alone: inference_attribute: "0".',
            )
        if self.problem_type == "Regression" and self.inference_attribute is None:
            raise refuse("Regression without an inference_attribute", "where the predicted number is")
        return self


class Monitors(Part):
    """The monitors of the endpoint, at least one."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    data_quality: DataQualityMonitor | None = None
    """Are the endpoint's inputs and outputs still like the baseline? {} takes all defaults."""

    model_quality: ModelQualityMonitor | None = None
    """Are the endpoint's predictions still right, once the ground truth is known?"""

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.by_name():
            raise refuse("no monitor", f"at least one of {', '.join(self.known())}", "Add data_quality: {}.")
        return self

    def by_name(self) -> Mapping[str, ScheduledMonitor]:
        """The monitors that the document has, by name, in the order of the model."""
        found = ((name, getattr(self, name)) for name in self.known())
        return {name: monitor for name, monitor in found if monitor is not None}

    @classmethod
    def known(cls) -> tuple[str, ...]:
        """Names of all monitors that there are."""
        return tuple(cls.model_fields)


class MonitorDocument(Part):
    """What to watch on one endpoint: the file monitors/<endpoint>.yaml."""

    endpoint: Name
    """The endpoint's name, which is also the name of the file."""

    variant: Name | None = None
    """Watch this production variant only. Default: all variants together."""

    capture: Capture = Capture()
    """Where the endpoint's capture files are."""

    columns: Columns | None = None
    """Names of the columns of CSV payloads. Default: the baseline's."""

    monitors: Monitors
    """The monitors of the endpoint."""

    watch: Watch = Watch()
    """Alarms for what should happen and does not: executions, captures, ground truth."""

    channels: tuple[ChannelName, ...] = ()
    """Names of the channels that hear about this endpoint. Default: all channels of the stack."""

    settle: Age | None = None
    """How long all alarms have to be quiet before an incident counts as recovered, so that a flapping metric is one
    incident. Default: one and a half times the schedule's period."""

    dashboard: bool = Field(default=True, strict=True)
    """A CloudWatch dashboard for the endpoint. AWS charges 3 USD a month for each beyond the account's first three."""

    retraining: Retraining | None = None
    """What may be started when an alarm asks for it. Default: nothing."""
