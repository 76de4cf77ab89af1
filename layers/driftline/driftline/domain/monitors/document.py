"""The monitor document, `monitors/<endpoint>.yaml`: what to monitor on one endpoint.

The monitors that a document can have are not listed here: `document_model` makes the model from the registered kinds.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, create_model, model_validator

from driftline.domain.keys import CAPTURE
from driftline.domain.monitors.fields import (
    Age,
    BucketName,
    ChannelName,
    ColumnNames,
    Name,
    OneLine,
    Part,
    Prefix,
    Tags,
    WebAddress,
    refuse,
)
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.ownership import Ownership
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.monitors.watch import Watch


class Capture(Part):
    """Where the endpoint's capture files are."""

    bucket: BucketName | None = None
    """The bucket that data capture writes to. Default: the stack's own bucket."""

    prefix: Prefix = CAPTURE
    """The part of the keys before <endpoint>/<variant>/yyyy/mm/dd/hh/. In the stack's own bucket it must begin with
    capture/."""

    @model_validator(mode="after")
    def _where_events_come_from(self) -> Self:
        if self.bucket is None and not self.prefix.startswith(CAPTURE):
            raise refuse(
                f"the prefix {self.prefix!r} in the stack's own bucket",
                f"{CAPTURE} or a prefix below it",
                "The stack only listens there. In another bucket, any prefix is allowed.",
            )
        return self


class Columns(Part):
    """Names of the columns of CSV payloads, by position (JSON payloads bring their own names), and how columns count.
    All monitors of the endpoint use them."""

    output: ColumnNames = ()
    """Names of the endpoint's output columns, first to last."""

    input: ColumnNames = ()
    """Names of the endpoint's input columns, first to last."""

    categorical: ColumnNames = ()
    """Columns whose values are categories though they look like numbers: codes, post codes, ids of shops. They are
    compared by the share of each value."""

    exclude: ColumnNames = ()
    """Columns that are left out of baselines, windows and results, for example ids and timestamps."""

    strict: ColumnNames = ()
    """Columns for which a suggested limit is held as it is: one missing or unseen value in a column that had none is a
    violation. Otherwise chance is allowed for: a violation is what the baseline itself does not lead one to expect."""

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [*self.output, *self.input]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise refuse(
                f"more than one column is called {', '.join(twice)}", "unique names, output and input together"
            )
        return self


class Monitors(Part):
    """The monitors of the endpoint, at least one."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not self.by_name():
            known = self.known()
            raise refuse("no monitor", f"at least one of {', '.join(known)}", f"Add {known[0]}: {{}}.")
        return self

    def by_name(self) -> Mapping[str, ScheduledMonitor]:
        """The monitors in the document, by name, in the order of the model."""
        found = ((name, getattr(self, name)) for name in self.known())
        return {name: monitor for name, monitor in found if monitor is not None}

    @classmethod
    def known(cls) -> tuple[str, ...]:
        """Names of all monitors that a document can have."""
        return tuple(cls.model_fields)


def _unset(value: object) -> bool:
    return not value


class MonitorDocument(Part):
    """What to monitor on one endpoint: the file monitors/<endpoint>.yaml."""

    endpoint: Name
    """The endpoint's name, which is also the name of the file."""

    variant: Name | None = None
    """Monitor this production variant only. Default: all variants together."""

    # Left out of what is stored if they are not set: an earlier release, after a rollback, does not know them.
    team: Name | None = Field(default=None, exclude_if=_unset)
    """The team whose endpoint it is. Routes of channels, silences and the page of all endpoints go by it."""

    owner: OneLine | None = Field(default=None, exclude_if=_unset)
    """Who answers for the endpoint: a person, an address, a handle. It is shown in messages and on pages."""

    tags: Tags = Field(default={}, exclude_if=_unset)
    """Further names for groups of endpoints, as key: value, at most 20. Routes of channels and silences can go by
    them."""

    capture: Capture = Capture()
    """Where the endpoint's capture files are."""

    columns: Columns | None = None
    """Names of the columns of CSV payloads. Default: the baseline's."""

    monitors: Monitors
    """The monitors of the endpoint."""

    watch: Watch = Watch()
    """Alarms for executions, captures and ground truth that are missing."""

    channels: tuple[ChannelName, ...] = ()
    """Names of the channels that receive messages about this endpoint. Default: those that the stack's routes choose,
    otherwise all."""

    settle: Age | None = None
    """How long all alarms must be quiet before an incident counts as recovered, so that a flapping metric is one
    incident. Default: one and a half times the schedule's period."""

    runbook: WebAddress | None = None
    """An https address in every message about this endpoint: what to do when a monitor alarms."""

    dashboard: Annotated[bool, Field(strict=True)] | None = None
    """A CloudWatch dashboard for the endpoint. AWS charges 3 USD a month for each beyond the account's first three.
    Default: the stack's parameter DefaultDashboard, which is false."""

    retraining: Retraining | None = None
    """What may be started when an alarm requests a retraining. Default: nothing."""

    @property
    def ownership(self) -> Ownership:
        """Whose endpoint it is."""
        return Ownership(self.team, self.owner, self.tags)

    def runbook_of(self, monitor: str) -> str | None:
        """The monitor's own runbook, or the endpoint's."""
        found = self.monitors.by_name().get(monitor)
        return (found.runbook if found else None) or self.runbook

    @property
    def label_delay(self) -> timedelta | None:
        """The longest time that a monitor waits for labels; None if none of them needs any."""
        delays = [monitor.label_delay for monitor in self.monitors.by_name().values()]
        return max((delay for delay in delays if delay is not None), default=None)

    @model_validator(mode="after")
    def _one_capture_script(self) -> Self:
        scripts = sorted({monitor.preprocess for monitor in self.monitors.by_name().values() if monitor.preprocess})
        if len(scripts) > 1:
            raise refuse(
                f"the monitors preprocess with {' and '.join(scripts)}",
                "one script",
                "Captures are read once for all monitors of an endpoint. Name one script; one monitor is enough.",
            )
        return self

    @property
    def capture_script(self) -> str | None:
        """The script that reads capture records, if a monitor has one."""
        scripts = (monitor.preprocess for monitor in self.monitors.by_name().values())
        return next((script for script in scripts if script), None)


def document_model(kinds: Mapping[str, type[ScheduledMonitor]]) -> type[MonitorDocument]:
    """The model of documents that may have monitors of these kinds.

    Args:
        kinds: The settings of each kind by the monitor's name; their docstrings become the schema's descriptions.
    """
    fields: dict[str, Any] = {
        name: (settings | None, Field(default=None, description=settings.__doc__)) for name, settings in kinds.items()
    }
    monitors = create_model("Monitors", __base__=Monitors, __doc__=Monitors.__doc__, **fields)
    description = MonitorDocument.model_fields["monitors"].description
    return create_model(
        "MonitorDocument",
        __base__=MonitorDocument,
        __doc__=MonitorDocument.__doc__,
        monitors=(monitors, Field(description=description)),
    )
