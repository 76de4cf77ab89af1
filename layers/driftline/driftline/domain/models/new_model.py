"""The mark of windows that begin shortly after the endpoint got another model, or that the change is in."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from driftline.domain.windows import format_instant


class NewModel(BaseModel):
    """The endpoint got another model shortly before the window, or within it.

    Attributes:
        since: From when on it answers.
        windows_since: Which window of the monitor it is, from 1, of those that begin at or after the change; 0 for one
            that the change is in.
        mixed: The window has rows of the model before, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    since: Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
    windows_since: int
    mixed: bool = False
