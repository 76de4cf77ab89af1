"""The alarms of a monitor, as the document writes them."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from driftline.domain.monitors.fields import AlarmName, Part, refuse

VIOLATIONS = "violations"
"""The number of violated constraints of an execution: what is alarmed on when nothing is written."""


def _not_nothing(actions: tuple[str, ...]) -> tuple[str, ...]:
    if not actions:
        raise refuse("no action", "notify, retrain, or both", "For no alarm at all take it away.")
    return actions


class For(Part):
    """So many of the last executions have to be beyond the threshold: M of N."""

    datapoints: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    """M: how many of the last executions have to be beyond the threshold."""

    of: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    """N: how many of the last executions count. Default: as many as datapoints."""

    @property
    def window(self) -> int:
        return self.of or self.datapoints

    @model_validator(mode="after")
    def _not_more_than_there_are(self) -> Self:
        if self.datapoints > self.window:
            raise refuse(
                f"{self.datapoints} datapoints of {self.of}",
                "datapoints that are at most `of`",
                "Swap the two numbers.",
            )
        return self


class Alarm(Part):
    """One CloudWatch alarm on one figure of the monitor."""

    # Metrics are published without the spaces around a feature's name.
    metric: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(str.strip)] = VIOLATIONS
    """violations, or the name of any metric of the monitor, such as feature_baseline_drift_price or mae."""

    name: AlarmName | None = None
    """What it is called, once in a monitor. Default: the metric's name."""

    threshold: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """The value to compare with. Default for violations: 1; everything else needs it, or an anomaly_band."""

    comparison: Literal[">=", ">", "<=", "<", "outside"] = ">="
    """The side of the threshold that is an alarm. With an anomaly_band: > or >= above it, < or <= below it, outside
    either."""

    anomaly_band: Annotated[float, Field(strict=True, gt=0, le=20)] | None = None
    """Instead of a threshold: CloudWatch learns what is usual; the number is the band's half width in standard
    deviations. CloudWatch needs some days to learn, and three alarms' money."""

    for_: For = Field(default=For(), alias="for")
    """How many of the last executions have to be beyond it."""

    missing: Literal["ignore", "breaching", "notBreaching", "missing"] = "ignore"
    """What an execution that published no value means, in CloudWatch's words. ignore keeps the state as it is."""

    severity: Literal["warning", "critical"] = "warning"
    """How loud it is. Channels can choose."""

    actions: Annotated[tuple[Literal["notify", "retrain"], ...], AfterValidator(_not_nothing)] = Field(
        default=("notify",), json_schema_extra={"minItems": 1}
    )
    """notify tells people; retrain asks for a retraining, which the document's retraining section has to allow."""

    @property
    def label(self) -> str:
        return self.name or self.metric

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.threshold is not None and self.anomaly_band is not None:
            raise refuse("a threshold and an anomaly_band", "one of the two")
        if self.comparison == "outside" and self.anomaly_band is None:
            raise refuse("the comparison outside without an anomaly_band", "an anomaly_band, or >=, >, <=, <")
        if self.limit is None and self.anomaly_band is None:
            raise refuse(f"an alarm on {self.metric} without a threshold", "a threshold, or an anomaly_band")
        return self

    @property
    def limit(self) -> float | None:
        """The threshold, the default's included; None with an anomaly band."""
        if self.threshold is None and self.anomaly_band is None and self.metric == VIOLATIONS:
            return 1.0
        return self.threshold


DEFAULT_ALARMS = (Alarm(),)
"""Without a word of the document: any violation tells people."""
