"""Each guard at its boundary, and with the words and figures that the audit record keeps."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from driftline.domain.monitors.retraining import Retraining
from driftline.domain.retraining.audit import Finding, TargetRecord
from driftline.domain.retraining.guards import (
    LabelledRows,
    Question,
    cooldown,
    in_order,
    labelled_rows,
    lease,
    look,
    weekly_budget,
)
from driftline.domain.retraining.ledger import Ledger, Run, RunStatus
from tests.retraining import DAY, ENDPOINT, HOUR, START

SECOND = timedelta(seconds=1)
PIPELINE = TargetRecord(kind="pipeline", name="p")


def run(at: datetime, status: RunStatus = RunStatus.STARTED, id_: str = "r1") -> Run:
    return Run(id=id_, at=at, until=at + 12 * HOUR, monitor="m", status=status, target=PIPELINE)


def question(*runs: Run, at: datetime = START, asked_at: datetime | None = None, **settings: object) -> Question:
    return Question(
        asked_at=asked_at or at,
        at=at,
        request="r9",
        ledger=Ledger(endpoint=ENDPOINT, runs=runs),
        settings=Retraining.model_validate({"target": {"event": True}, **settings}),
        labelled_rows=lambda: pytest.fail("nobody wants them counted"),
    )


def said(finding: Finding) -> tuple[bool, str, dict[str, object]]:
    return finding.passed, finding.reason, dict(finding.figures)


def test_what_was_asked_for_before_a_start_is_refused_and_at_the_same_time_it_is_not() -> None:
    assert said(in_order(question())) == (True, "Nothing has started since this request.", {"last_start": None})
    at_once = question(run(START))
    assert said(in_order(at_once)) == (
        True,
        "Nothing has started since this request.",
        {"last_start": "2026-03-02T14:00:00Z"},
    )
    late = question(run(START), at=START + HOUR, asked_at=START - SECOND)
    assert said(in_order(late)) == (
        False,
        "A retraining started at 2026-03-02T14:00:00Z, after this request.",
        {"last_start": "2026-03-02T14:00:00Z"},
    )


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (RunStatus.STARTED, "has been running"),
        (RunStatus.RESERVED, "has been waiting for its target, which could not accept it,"),
    ],
)
def test_one_runs_at_a_time_until_it_counts_as_ended(status: RunStatus, what: str) -> None:
    assert lease(question()).reason == "No retraining of this endpoint is running."
    held = lease(question(run(START, status), at=START + 12 * HOUR - SECOND))
    assert not held.passed
    assert held.reason == (
        f"The retraining r1 {what} since 2026-03-02T14:00:00Z. "
        "Unless its end is reported, it counts as ended at 2026-03-03T02:00:00Z."
    )
    assert held.figures == {
        "running": "r1",
        "since": "2026-03-02T14:00:00Z",
        "until": "2026-03-03T02:00:00Z",
        "status": status.value,
        "longest_run": "PT12H",
    }
    assert lease(question(run(START, status), at=START + 12 * HOUR)).passed


def test_a_cooldown_is_over_at_its_end() -> None:
    assert said(cooldown(question())) == (True, "There was no earlier retraining.", {"cooldown": "P1D"})
    figures = {"cooldown": "P1D", "last_start": "2026-03-02T14:00:00Z", "until": "2026-03-03T14:00:00Z"}
    assert said(cooldown(question(run(START), at=START + DAY - SECOND))) == (
        False,
        "The cooldown of P1D lasts until 2026-03-03T14:00:00Z: the last one started at 2026-03-02T14:00:00Z.",
        figures,
    )
    assert said(cooldown(question(run(START), at=START + DAY))) == (
        True,
        "The cooldown of P1D is over: the last one started at 2026-03-02T14:00:00Z.",
        figures,
    )


def test_a_budget_is_free_again_seven_days_after_the_start_that_used_it() -> None:
    two = (run(START), run(START + DAY, id_="r2"))
    assert said(weekly_budget(question(two[0], at=START + DAY))) == (
        True,
        "1 of 2 starts of the last seven days are used.",
        {"starts": 1, "weekly_budget": 2},
    )
    assert said(weekly_budget(question(*two, at=START + 7 * DAY - SECOND))) == (
        False,
        "The budget of 2 starts in seven days is used up. The next start is possible at 2026-03-09T14:00:00Z.",
        {"starts": 2, "weekly_budget": 2, "until": "2026-03-09T14:00:00Z"},
    )
    assert weekly_budget(question(*two, at=START + 7 * DAY)).passed


def test_a_budget_that_was_made_smaller_is_free_when_enough_starts_are_old() -> None:
    two = (run(START), run(START + DAY, id_="r2"))
    over = weekly_budget(question(*two, at=START + 2 * DAY, weekly_budget=1))
    assert over.reason == (
        "The budget of 1 start in seven days is used up. The next start is possible at 2026-03-10T14:00:00Z."
    )


@pytest.mark.parametrize(
    ("wanted", "complete", "passed", "reason"),
    [
        (1234, False, True, "There are at least 1,234 labelled rows since 2026-03-01T14:00:00Z; 1,234 required."),
        (1234, True, True, "There are 1,234 labelled rows since 2026-03-01T14:00:00Z; 1,234 required."),
        (1235, True, False, "There are only 1,234 labelled rows since 2026-03-01T14:00:00Z; 1,235 required."),
    ],
)
def test_enough_labelled_rows_are_those_that_are_wanted(wanted: int, complete: bool, passed: bool, reason: str) -> None:
    found = LabelledRows(1234, complete=complete, since=START - DAY, unmerged=34)
    asked = replace(question(minimum_labelled_rows=wanted), labelled_rows=lambda: found)
    figures = {
        "labelled_rows": 1234,
        "all_counted": complete,
        "of_hours_not_merged": 34,
        "minimum_labelled_rows": wanted,
        "since": "2026-03-01T14:00:00Z",
    }
    assert said(labelled_rows(asked)) == (passed, reason, figures)


def test_where_no_labelled_rows_are_wanted_none_are_counted() -> None:
    assert labelled_rows(question(minimum_labelled_rows=0)).reason == "The document requires no labelled rows."


def test_guards_are_asked_in_turn_up_to_the_first_no() -> None:
    everything = [finding.guard for finding in look(question(minimum_labelled_rows=0))]
    assert everything == ["in_order", "lease", "cooldown", "weekly_budget", "labelled_rows"]
    assert [finding.guard for finding in look(question(run(START), at=START + 13 * HOUR))] == [
        "in_order",
        "lease",
        "cooldown",
    ]
