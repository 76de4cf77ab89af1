"""What was done of a batch: the done-markers of its items, and those that failed, by name."""

from collections.abc import Mapping, Sequence

import msgspec

from driftline.domain.backfill.plan import Item
from driftline.domain.json_reading import JsonDecoder

MOST_TROUBLES = 2
"""How often the process may end, or fail for a reason that is not the file's own, while it works on an item. After that
the item has failed, and the others of its batch go on."""


class Result(msgspec.Struct):
    """Of one batch; written again as the work goes on.

    Attributes:
        attempts: How often a process began with it.
        done: Markers of the items that are done.
        failed: Key -> why the item failed. It has no marker: a later execution tries it again.
        troubles: Key -> how often the work on an item began, or failed, without an end.
        reasons: Key -> the last of these failures.
        numbers: Sums over what is done: rows, labels and so on.
        finished: Nothing is left to do but what has failed.
    """

    attempts: int = 0
    done: list[str] = msgspec.field(default_factory=list)
    failed: dict[str, str] = msgspec.field(default_factory=dict)
    troubles: dict[str, int] = msgspec.field(default_factory=dict)
    reasons: dict[str, str] = msgspec.field(default_factory=dict)
    numbers: dict[str, int] = msgspec.field(default_factory=dict)
    finished: bool = False

    def left(self, items: Sequence[Item]) -> list[Item]:
        """Items that are neither done nor failed, in their order."""
        done = set(self.done)
        return [item for item in items if item.marker not in done and item.key not in self.failed]

    @property
    def careful(self) -> bool:
        """An earlier process did not come to its end: the item that ends processes is to be found."""
        return self.attempts > 1

    def is_done(self, item: Item, numbers: Mapping[str, int]) -> None:
        self.done.append(item.marker)
        for name, number in numbers.items():
            self.numbers[name] = self.numbers.get(name, 0) + number
        self._settled(item)

    def has_failed(self, item: Item, reason: str) -> None:
        self.failed[item.key] = reason
        self._settled(item)

    def has_trouble(self, item: Item) -> None:
        """The work on an item begins, or ended without a result."""
        self.troubles[item.key] = self.troubles.get(item.key, 0) + 1

    def is_too_much(self, item: Item) -> bool:
        return self.troubles.get(item.key, 0) >= MOST_TROUBLES

    def again(self) -> None:
        """What has failed is to be tried again."""
        self.failed, self.troubles, self.reasons = {}, {}, {}
        self.finished, self.attempts = False, 0

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, body: bytes) -> "Result | None":
        """None if it cannot be read: what it says is done again."""
        try:
            return _RESULT.decode(body)
        except msgspec.DecodeError:
            return None

    def _settled(self, item: Item) -> None:
        self.troubles.pop(item.key, None)
        self.reasons.pop(item.key, None)


_RESULT = JsonDecoder(Result)
