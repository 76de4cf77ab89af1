"""What a kind of monitor stores of an hour, for the next window that covers it."""

from dataclasses import dataclass
from hashlib import sha256

from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import kind_state_key
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class HourStates:
    """The states of one hour.

    Attributes:
        made_of: Identifies everything that the hour's rows are made of.
        whole: Whether the window covers the whole hour: otherwise nothing is stored, because it would be a part.
    """

    store: ObjectStore
    endpoint: str
    kind: str
    at: VariantHour
    made_of: str
    whole: bool

    def kept(self, made_with: str) -> bytes | None:
        """See `HourRows.kept`."""
        found = self.store.find(self.key(made_with)) if self.whole else None
        return found.body if found else None

    def keep(self, made_with: str, body: bytes) -> None:
        """See `HourRows.keep`."""
        if self.whole:
            self.store.put(self.key(made_with), body)

    def key(self, made_with: str) -> str:
        """Other rows and other settings give other keys, so what is found is never outdated."""
        digest = sha256(f"{self.made_of}\n{made_with}".encode()).hexdigest()[:32]
        return kind_state_key(self.kind, self.endpoint, self.at.variant, self.at.hour, digest)
