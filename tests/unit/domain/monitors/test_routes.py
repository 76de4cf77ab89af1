"""Routes of channels: the first that includes an endpoint, otherwise the default."""

import pytest

from driftline.domain.documents.parse import InvalidDocumentError, parse_routes
from driftline.domain.monitors.ownership import NOBODY, Ownership

ROUTES = """\
routes:
  - {team: risk, tags: {tier: gold}, channels: [risk-pager]}
  - {team: risk, channels: [risk]}
  - {tags: {tier: gold}, channels: [pager, ops]}
default: [ops]
"""


@pytest.mark.parametrize(
    ("of", "channels"),
    [
        (Ownership("risk", None, {"tier": "gold", "area": "emea"}), ("risk-pager",)),
        (Ownership("risk", None, {"tier": "silver"}), ("risk",)),
        (Ownership("growth", None, {"tier": "gold"}), ("pager", "ops")),
        (Ownership(None, "risk", {"tier": "golden"}), ("ops",)),
        (NOBODY, ("ops",)),
    ],
)
def test_the_first_that_includes_the_endpoint_counts(of: Ownership, channels: tuple[str, ...]) -> None:
    assert parse_routes(ROUTES, where="channels/routes.yaml").channels_of(of) == channels


def test_without_a_default_it_is_for_all() -> None:
    assert parse_routes("routes: []\n", where="r").channels_of(Ownership("risk")) == ()


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("{channels: [a]}", "neither a team nor tags"),
        ("{team: a, channels: []}", "no channel"),
        ("{team: a}", "channels: missing"),
        ("{team: a b, channels: [a]}", "1–63 letters"),
        ("{taem: a, channels: [a]}", "Did you mean team?"),
        ("{team: risk, tags: {area: emea}, channels: [a]}", r"never reached, because routes\[0\]"),
        ("{team: risk, channels: [a]}", r"never reached, because routes\[0\]"),
    ],
)
def test_a_bad_route_is_named_with_its_line(route: str, said: str) -> None:
    text = f"routes:\n  - {{team: risk, channels: [risk]}}\n  - {route}\n"
    with pytest.raises(InvalidDocumentError, match=said) as raised:
        parse_routes(text, where="channels/routes.yaml")
    assert [each.line for each in raised.value.errors] == [3]
    assert "in the routes of channels" in str(raised.value)
