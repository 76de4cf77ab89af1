"""Whose endpoint it is: team, owner and tags, which alarms, events, messages and pages carry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose endpoint it is, as far as its document says so.

    Texts come from a document: they must be escaped where they are shown.
    """

    team: str | None = None
    owner: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.team or self.owner or self.tags)

    def words(self) -> Iterator[str]:
        """`Team: risk.`, `Owner: …`, `Tags: tier=gold, …`, as far as they are known."""
        if self.team:
            yield f"Team: {self.team}."
        if self.owner:
            yield f"Owner: {self.owner}."
        if self.tags:
            yield f"Tags: {', '.join(tag_words(self.tags))}."

    def event_fields(self) -> dict[str, object]:
        """`Team`, `Owner` and `Tags` of an event's detail; null and empty where unknown, so that rules can match."""
        return {"Team": self.team, "Owner": self.owner, "Tags": {key: self.tags[key] for key in sorted(self.tags)}}


def tag_words(tags: Mapping[str, str]) -> list[str]:
    """`tier=gold`, in the order of the keys."""
    return [f"{key}={tags[key]}" for key in sorted(tags)]


NOBODY = Ownership()


@dataclass(frozen=True, slots=True)
class Whose:
    """Which endpoints are meant: those of a team, and of those the ones that have all of the tags.

    Attributes:
        team: None: of any team, or of none.
    """

    team: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def includes(self, ownership: Ownership) -> bool:
        return (self.team is None or self.team == ownership.team) and all(
            ownership.tags.get(key) == value for key, value in self.tags.items()
        )
