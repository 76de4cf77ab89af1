"""Marks windows that contain a change of the endpoint's model, or begin shortly after it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

from driftline.domain.instants import format_instant


class NewModel(BaseModel):
    """The endpoint got another model shortly before the window, or within it.

    Attributes:
        since: Since when it answers.
        windows_since: Number of the window, from 1, among those that begin at or after the change; 0 for a window that
            contains the change.
        mixed: The window also has rows of the previous model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    since: Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
    windows_since: int
    mixed: bool = False
