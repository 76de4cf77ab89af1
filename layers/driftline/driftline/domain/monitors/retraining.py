"""What may be started when an alarm asks for a retraining, and how often, as the document writes it."""

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
"""What may stand in braces in a parameter -> the parameter that Driftline gives by itself."""

_Target = Annotated[str, Field(min_length=1, max_length=2048)]
_ParameterName = Annotated[str, Field(min_length=1, max_length=256)]
_ParameterValue = Annotated[str, Field(max_length=1024)]
_IN_BRACES = re.compile(r"\{([a-z_]+)\}")


class Target(Part):
    """What is started: exactly one of these."""

    pipeline: _Target | None = None
    """Name or ARN of a SageMaker pipeline."""

    state_machine: _Target | None = None
    """ARN of a Step Functions state machine."""

    function: _Target | None = None
    """Name or ARN of a Lambda function; it is invoked asynchronously."""

    event: Literal[True] | None = None
    """true: an event "Retraining Requested" of the source driftline on the default bus, for everything else."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        chosen = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(chosen) != 1:
            found = f"{' and '.join(chosen)}" if chosen else "no target"
            raise refuse(found, "exactly one of pipeline, state_machine, function, event")
        return self


class Retraining(Part):
    """Only alarms with the action retrain ask for it; all of these guards have to agree."""

    target: Target
    """What is started."""

    parameters: dict[_ParameterName, _ParameterValue] = Field(default={})
    """Parameters of the target besides, or instead of, those that Driftline gives. {endpoint}, {monitor},
    {window_start}, {window_end}, {report}, {baseline}, {captures}, {ground_truth}, {merged} are filled in."""

    cooldown: Age = timedelta(days=1)
    """No retraining starts within this time of the last one's start."""

    weekly_budget: Annotated[int, Field(strict=True, ge=1, le=100)] = 2
    """At most so many starts in any seven days."""

    minimum_labelled_rows: Annotated[int, Field(strict=True, ge=0)] = 1000
    """Rows with a label that there must be within labelled_within; 0 for models that need none."""

    labelled_within: Age = timedelta(days=30)
    """How far back labelled rows are counted."""

    longest_run: Age = timedelta(hours=12)
    """One retraining of an endpoint runs at a time. One whose end nobody told is taken for ended after this time."""

    approval: Literal["automatic", "manual"] = "automatic"
    """manual: a person has to approve each start with `driftline approve`."""

    approval_expires: Age = timedelta(days=1)
    """A request that nobody approved within this time is void."""

    dry_run: bool = Field(default=False, strict=True)
    """true: everything is decided, written and told, and nothing is started."""

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        for name, value in self.parameters.items():
            unknown = [found for found in _IN_BRACES.findall(value) if found not in PLACEHOLDERS]
            if unknown:
                allowed = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                raise refuse(f"the placeholder {{{unknown[0]}}} of the parameter {name}", allowed)
        return self
