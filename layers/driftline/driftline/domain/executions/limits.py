"""What the limits of a monitor do to a window in which nothing has changed, and how small a change they find."""

from pydantic import BaseModel, ConfigDict


class Limits(BaseModel):
    """Of one execution, for its baseline, its number of rows, and what it has checked.

    Attributes:
        quiet_rate: The share of windows such as this one that have a violation though nothing has changed; an upper
            bound where all limits are the baseline's own values. None where it is not known.
        finds: What they find in half of such windows and in 90 %, a sentence for each kind of change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quiet_rate: float | None = None
    finds: tuple[str, ...] = ()
