"""Runs of executions in alarm."""

import pytest

from driftline.presentation.pages.overview.incidents import incidents_of
from tests.overviews import record


def told(states: str) -> list[tuple[int, int | None, int, bool]]:
    """(first day, day of the end, executions, cut) of the incidents of days in the states v, g and e."""
    names = {"v": "violated", "g": "good", "e": "not_evaluated"}
    incidents = incidents_of([record(names[state], day) for day, state in enumerate(states)])
    return [
        (int(each.start[8:10]) - 1, int(each.closed.time[8:10]) - 1 if each.closed else None, each.executions, each.cut)
        for each in incidents
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("", []),
        ("ggg", []),
        ("gvvg", [(1, 3, 2, False)]),
        ("gvvgv", [(1, 3, 2, False), (4, None, 1, False)]),
        ("gv", [(1, None, 1, False)]),
        ("vvg", [(0, 2, 2, True)]),  # it may have begun before
        ("gvevg", [(1, 4, 2, False)]),  # a window without rows does not end it
        ("gve", [(1, None, 1, False)]),
        ("geg", []),
        ("evg", [(1, 2, 1, True)]),
    ],
)
def test_from_the_first_violations_to_the_first_execution_without(
    states: str, expected: list[tuple[int, int | None, int, bool]]
) -> None:
    assert told(states) == expected


def test_what_was_violated_most_often_and_the_worst_execution() -> None:
    days = [("amount",), ("amount", "country"), ("country", "amount", "hour", "age")]
    records = [record("violated", day, violated=subjects) for day, subjects in enumerate(days)]

    [incident] = incidents_of(records)

    assert incident.worst == 4
    assert incident.subjects == ("amount", "country", "age")
