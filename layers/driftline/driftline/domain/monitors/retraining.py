"""What may be started when an alarm requests a retraining, and how often, as written in the document."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from driftline.domain.monitors.fields import Age, Part, refuse

PLACEHOLDERS = {
    "endpoint": "Endpoint",
    "monitor": "Monitor",
    "window_start": "WindowStart",
    "window_end": "WindowEnd",
    "report": "ReportUri",
    "baseline": "BaselineUri",
    "captures": "CapturesUri",
    "ground_truth": "GroundTruthUri",
    "merged": "MergedUri",
}
"""Placeholder in a parameter -> the parameter that Driftline passes by itself."""

_Target = Annotated[str, Field(min_length=1, max_length=2048)]
_ParameterName = Annotated[str, Field(min_length=1, max_length=256)]
_ParameterValue = Annotated[str, Field(max_length=1024)]
_IN_BRACES = re.compile(r"\{([a-z_]+)\}")


class Target(Part):
    """What to start: exactly one of these."""

    pipeline: _Target | None = None
    """Name or ARN of a SageMaker pipeline."""

    state_machine: _Target | None = None
    """ARN of a Step Functions state machine."""

    function: _Target | None = None
    """Name or ARN of a Lambda function; it is invoked asynchronously."""

    event: Literal[True] | None = None
    """true: an event "Retraining Requested" with the source driftline on the default bus, for anything else."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        chosen = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(chosen) != 1:
            found = f"{' and '.join(chosen)}" if chosen else "no target"
            raise refuse(found, "exactly one of pipeline, state_machine, function, event")
        return self


class Retraining(Part):
    """What alarms with the action retrain may start; all guards must agree."""

    target: Target
    """What to start."""

    parameters: dict[_ParameterName, _ParameterValue] = Field(default={})
    """Parameters in addition to, or in place of, those that Driftline passes. {endpoint}, {monitor},
    {window_start}, {window_end}, {report}, {baseline}, {captures}, {ground_truth}, {merged} are filled in."""

    cooldown: Age = timedelta(days=1)
    """No retraining starts within this time of the last one's start."""

    weekly_budget: Annotated[int, Field(strict=True, ge=1, le=100)] = 2
    """Maximum number of starts in any seven days."""

    minimum_labelled_rows: Annotated[int, Field(strict=True, ge=0)] = 1000
    """Rows with a label required within labelled_within; 0 for models that need none."""

    labelled_within: Age = timedelta(days=30)
    """How far back labelled rows are counted."""

    longest_run: Age = timedelta(hours=12)
    """One retraining of an endpoint runs at a time. One whose end is not reported counts as ended after this time."""

    approval: Literal["automatic", "manual"] = "automatic"
    """manual: a person must approve each start with `driftline approve`."""

    approval_expires: Age = timedelta(days=1)
    """A request that is not approved within this time expires."""

    dry_run: bool = Field(default=False, strict=True)
    """true: decide, record and notify, but start nothing."""

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        for name, value in self.parameters.items():
            unknown = [found for found in _IN_BRACES.findall(value) if found not in PLACEHOLDERS]
            if unknown:
                allowed = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                raise refuse(f"the placeholder {{{unknown[0]}}} of the parameter {name}", allowed)
        return self
