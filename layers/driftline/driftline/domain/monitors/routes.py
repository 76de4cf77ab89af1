"""Which channels receive messages about which endpoints: the document `channels/routes.yaml`."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from driftline.domain.monitors.fields import ChannelName, Name, Part, Tags, refuse
from driftline.domain.monitors.ownership import NOBODY, Ownership, Whose
from driftline.domain.monitors.problem import DocumentProblem

MOST_ROUTES = 200


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise refuse("no channel", "the names of one or more channels")
    return names


class Route(Part):
    """The channels of a team, of the endpoints with some tags, or of those of a team that have them."""

    team: Name | None = None
    """Endpoints of this team. Default: of any, and of none."""

    tags: Tags = Field(default={})
    """Endpoints with all of these tags."""

    channels: Annotated[tuple[ChannelName, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
    """Names of the channels that receive their messages."""

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if self.team is None and not self.tags:
            raise refuse("neither a team nor tags", "a team, tags, or both", "For all other endpoints, set default.")
        return self

    @property
    def whose(self) -> Whose:
        """The endpoints."""
        return Whose(self.team, self.tags)


class Routes(Part):
    """Routes from the first to the last: the first that includes an endpoint chooses its channels."""

    routes: Annotated[tuple[Route, ...], Field(max_length=MOST_ROUTES)] = ()
    """The routes, in the order in which they are tried."""

    default: tuple[ChannelName, ...] = ()
    """Channels for everything else, the stack's own alarms included. Default: all."""

    def channels_of(self, ownership: Ownership = NOBODY) -> tuple[str, ...]:
        """Names of channels; empty for all."""
        found = (route.channels for route in self.routes if route.whose.includes(ownership))
        return next(found, self.default)

    def problems(self) -> Iterator[DocumentProblem]:
        """Routes that are never reached, because an earlier one includes all of their endpoints."""
        for index, route in enumerate(self.routes):
            example = Ownership(route.team, None, route.tags)
            earlier = next((n for n, each in enumerate(self.routes[:index]) if each.whose.includes(example)), None)
            if earlier is not None:
                yield DocumentProblem(
                    ("routes", index),
                    f"a route that is never reached, because routes[{earlier}] includes its endpoints",
                    "routes from the special to the general",
                    f"Put it before routes[{earlier}], or remove it.",
                )


ALL_TO_ALL = Routes()
"""Without a document, every channel receives everything."""
