"""What changed since the execution before, and how long it has been so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.presentation.since import Compared, Comparison, comparisons, standing

PLACE = Place("reports/shop/m/2026/03/01/15/", "shop", "m", datetime(2026, 3, 1, 15, tzinfo=UTC))
WORST = ("", "worst drift")
DRIFT, GAP = "baseline_drift_check", "completeness_check"


def before(hours: int, *found: tuple[str, str], rows: int = 100) -> PastExecution:
    return PastExecution(
        place=replace(PLACE, scheduled=PLACE.scheduled - timedelta(hours=hours)), rows=rows, violations=frozenset(found)
    )


def failed(hours: int) -> PastExecution:
    return PastExecution.without_verdict(before(hours).place)


def drift_of(name: str) -> Finding:
    return Finding(subject=name, check=DRIFT, description="Baseline drift distance")


def told(comparison: Comparison) -> list[tuple[str, str]]:
    return [(each.label, each.text) for each in comparison.changes]


def test_what_is_new_gone_and_still_there() -> None:
    past = replace(before(1, ("b", DRIFT), ("z", GAP), rows=50), figures={WORST: Point(0.5)}, coverage=0.9)
    outcome = Outcome(place=PLACE, rows=100, findings=(drift_of("a"), drift_of("b")), coverage=0.8)

    (found,) = comparisons(outcome, [past], figure=Compared("Worst drift", WORST, 2.864, "times its threshold"))

    assert found.title == "Compared with 1 Mar 2026, 14:00 UTC"
    assert found.with_ == past.place
    assert told(found) == [
        ("New", "1 violation: a"),
        ("Gone", "1 violation: z"),
        ("As before", "1 violation: b"),
        ("Worst drift", "2.9 times its threshold, 0.5 before"),
        ("Rows", "100, 50 before"),
        ("Rows with a label", "80 %, 90 % before"),
    ]


def test_the_first_execution_and_two_good_ones() -> None:
    assert comparisons(Outcome(place=PLACE, rows=100, findings=()), []) == [
        Comparison("This is the first execution that is kept.", None, ())
    ]
    (found,) = comparisons(Outcome(place=PLACE, rows=100, findings=()), [before(1)])
    assert told(found) == [("As before", "no violations")]


def test_failed_executions_in_between_are_told() -> None:
    (one,) = comparisons(Outcome(place=PLACE, rows=100, findings=()), [before(2), failed(1)])
    (none,) = comparisons(Outcome(place=PLACE, rows=100, findings=()), [failed(2), failed(1)])

    assert told(one)[-1] == ("Failed since", "1 execution, that of 1 Mar 2026, 14:00 UTC")
    assert none.title == "No verdict before this one is in reach."
    assert told(none) == [("Failed since", "2 executions, the last that of 1 Mar 2026, 14:00 UTC")]


def test_a_revision_is_compared_with_the_one_before() -> None:
    replaced = before(0, ("a", DRIFT), rows=99)

    found = comparisons(Outcome(place=PLACE, rows=100, findings=()), [before(1)], replaced)[1]

    assert (found.title, found.with_) == ("Compared with the revision that this one replaces", None)
    assert told(found) == [("Gone", "1 violation: a"), ("Rows", "100, 99 before")]


def test_since_when_there_is_a_violation() -> None:
    violation, found = drift_of("a"), ("a", DRIFT)

    assert standing(violation, []) == ""
    assert standing(violation, [failed(1)]) == ""
    assert standing(violation, [before(2, found), before(1)]) == "new"
    assert standing(violation, [before(3), before(2, found), before(1, found)]) == (
        "since 1 Mar 2026, 13:00 UTC, 3 executions"
    )
    # Neither a failed execution nor an empty window ends it, and what came before those that are known nobody knows.
    assert standing(violation, [before(3, found), before(2, rows=0), failed(1)]) == (
        "since at least 1 Mar 2026, 12:00 UTC, 2 executions"
    )
