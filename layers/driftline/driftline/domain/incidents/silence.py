"""Silences: no notifications about a monitor's alarms for some time. `silences/<endpoint>/<monitor>.json`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import Instant

_PREFIX = "silences/"


class Silence(BaseModel):
    """Who silenced the monitor, until when and why.

    Attributes:
        until: From this moment on people are notified again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    until: Instant
    why: str
    by: str = ""

    def covers(self, moment: datetime) -> bool:
        return moment < self.until


def silence_key(endpoint: str, subject: str) -> str:
    """The subject is a monitor's name, or `watch`."""
    return f"{_PREFIX}{endpoint}/{subject}.json"


def parse_silence(body: bytes, where: str) -> Silence:
    """Raises InvalidInputError: not a silence."""
    try:
        return Silence.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(
            f"not a silence: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=where,
            expected='{"until": "2026-03-01T14:00:00Z", "why": "…", "by": "…"}',
        ) from None
