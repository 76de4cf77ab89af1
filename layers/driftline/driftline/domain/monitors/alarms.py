"""The alarms of a monitor, as written in the document."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from driftline.domain.monitors.fields import AlarmName, Part, refuse

VIOLATIONS = "violations"
"""The number of violated constraints of an execution: the metric of the default alarm."""

REJECTED_SHARE = "rejected_share"
UNUSABLE_SHARE = "unusable_share"
UNUSABLE_FIGURES = (REJECTED_SHARE, UNUSABLE_SHARE)
"""Figures of every monitor: the shares of captured lines, and of rows, that could not be used."""


def _not_nothing(actions: tuple[str, ...]) -> tuple[str, ...]:
    if not actions:
        raise refuse("no action", "notify, retrain, or both", "To have no alarm, remove it.")
    return actions


class For(Part):
    """How many of the last executions must be beyond the threshold: M of N."""

    datapoints: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    """M: how many of the last executions must be beyond the threshold."""

    of: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    """N: how many of the last executions count. Default: the value of datapoints."""

    @property
    def window(self) -> int:
        return self.of or self.datapoints

    @model_validator(mode="after")
    def _not_more_than_there_are(self) -> Self:
        if self.datapoints > self.window:
            raise refuse(
                f"{self.datapoints} datapoints of {self.of}",
                "at most as many datapoints as `of`",
                "Swap the two numbers.",
            )
        return self


class Alarm(Part):
    """One CloudWatch alarm on one figure of the monitor."""

    # Metrics are published without the spaces around a feature's name.
    metric: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(str.strip)] = VIOLATIONS
    """violations, or the name of any metric of the monitor, such as feature_baseline_drift_price or mae."""

    name: AlarmName | None = None
    """Name of the alarm, unique within its monitor. Default: the metric's name."""

    threshold: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """The value to compare with. Default for violations: 1. Other metrics need a threshold or an anomaly_band."""

    comparison: Literal[">=", ">", "<=", "<", "outside"] = ">="
    """The side of the threshold that is an alarm. With an anomaly_band: > or >= above it, < or <= below it, outside for
    either."""

    anomaly_band: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    """Instead of a threshold: CloudWatch learns what is normal; the number is half the width of the band in standard
    deviations. CloudWatch needs some days to learn, and charges for three alarms."""

    for_: For = Field(default=For(), alias="for")
    """How many of the last executions must be beyond the threshold."""

    missing: Literal["ignore", "breaching", "notBreaching", "missing"] = "ignore"
    """How to treat an execution that published no value, in CloudWatch's terms. ignore keeps the alarm's state."""

    severity: Literal["warning", "critical"] = "warning"
    """Severity of the alarm. Channels can filter by it."""

    actions: Annotated[tuple[Literal["notify", "retrain"], ...], AfterValidator(_not_nothing)] = Field(
        default=("notify",), json_schema_extra={"minItems": 1}
    )
    """notify sends messages; retrain requests a retraining, which needs a retraining section in the document."""

    @property
    def label(self) -> str:
        return self.name or self.metric

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.threshold is not None and self.anomaly_band is not None:
            raise refuse("both a threshold and an anomaly_band", "one of the two")
        if self.comparison == "outside" and self.anomaly_band is None:
            raise refuse("the comparison outside without an anomaly_band", "an anomaly_band, or >=, >, <=, <")
        if self.limit is None and self.anomaly_band is None:
            raise refuse(f"an alarm on {self.metric} without a threshold", "a threshold, or an anomaly_band")
        return self

    @property
    def limit(self) -> float | None:
        """The threshold, including the default; None with an anomaly band."""
        if self.threshold is None and self.anomaly_band is None and self.metric == VIOLATIONS:
            return 1.0
        return self.threshold


DEFAULT_ALARMS = (Alarm(),)
"""Unless the document says otherwise, people are notified of any violation."""
