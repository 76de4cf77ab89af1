"""Who waits for explanations, and how it goes on when they are there."""

from typing import Literal

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder

type Waiter = Literal["run_monitor", "suggest_baseline"]


class Resume(msgspec.Struct, frozen=True):
    """A message that lets a function go on.

    Attributes:
        function: Who waited.
        message: The message that it was working on, JSON.
    """

    function: Waiter
    message: str


class Waiting(msgspec.Struct, frozen=True):
    """Attributes: needs: Keys of all results that it waits for."""

    resume: Resume
    needs: tuple[str, ...]

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, body: bytes, where: str) -> "Waiting":
        """Raises InvalidInputError: not such a record."""
        try:
            return _WAITING.decode(body)
        except msgspec.DecodeError as error:
            raise InvalidInputError(f"not a record of who waits ({error})", where=where) from None


_WAITING = JsonDecoder(Waiting)
