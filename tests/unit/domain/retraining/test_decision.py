"""From what was asked for to a decision: what is started, what is refused with which words, what is told of it."""

from datetime import timedelta

import pytest

from driftline.domain.documents.parse import parse_document
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.retraining import Target
from driftline.domain.retraining.audit import Decision, TargetRecord
from driftline.domain.retraining.decision import (
    Verdict,
    approval_problem,
    decide,
    new_draft,
    problem_of,
    target_record,
)
from driftline.domain.retraining.guards import LabelledRows, Question
from driftline.domain.retraining.ledger import Ledger, Request
from driftline.domain.retraining.request import Approval
from driftline.kinds.registry import KINDS
from tests.retraining import ENDPOINT, HOUR, START, alarm, document


def parsed(body: bytes) -> MonitorDocument:
    return parse_document(body.decode(), where="monitors/churn.yaml", model=KINDS.document)


def verdict(settings: str, ledger: Ledger | None = None, *, approved: bool = False) -> Verdict:
    """On an alarm with the label f1 whose request is called r2."""
    retraining = parsed(document(f"minimum_labelled_rows: 0, {settings}")).retraining
    assert retraining is not None
    change = alarm(label="f1")
    question = Question(
        request="r2",
        asked_at=START,
        at=START,
        settings=retraining,
        ledger=ledger or Ledger(endpoint=ENDPOINT),
        labelled_rows=lambda: LabelledRows(0, complete=True, since=START),
    )
    draft = new_draft("r2", "r2", change, START, "")
    return decide(draft, question, change, {"Endpoint": ENDPOINT}, approved=approved, approve_command="approve r2")


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        ({"pipeline": "p"}, "pipeline", "p"),
        ({"state_machine": "arn:s"}, "state_machine", "arn:s"),
        ({"function": "f"}, "function", "f"),
        ({"event": True}, "event", "Retraining Requested"),
    ],
)
def test_what_the_document_names_is_what_is_started(target: dict[str, object], kind: str, name: str) -> None:
    assert target_record(Target.model_validate(target)) == TargetRecord.model_validate({"kind": kind, "name": name})


@pytest.mark.parametrize(
    ("body", "label", "problem"),
    [
        (None, "violations", "The endpoint has no readable monitor document."),
        (
            document().replace(b"retraining:", b"#").replace(b"actions: [notify, retrain]", b"actions: [notify]"),
            "violations",
            "The monitor document no longer has a retraining section.",
        ),
        (
            document().replace(b"    problem_type", b"    enabled: false\n    problem_type"),
            "violations",
            "The monitor document no longer has an enabled monitor model_quality.",
        ),
        (
            b"endpoint: churn\nmonitors: {data_quality: {}}\nretraining: {target: {event: true}}\n",
            None,
            "The monitor document no longer has an enabled monitor model_quality.",
        ),
        (document(), None, "The monitor document no longer has the alarm 'violations' of model_quality."),
        (
            document(actions="[notify]"),
            "violations",
            "The alarm 'violations' of model_quality does not have the action retrain.",
        ),
        (document(), "violations", ""),
    ],
)
def test_an_alarm_asks_only_if_the_document_says_so_now(body: bytes | None, label: str | None, problem: str) -> None:
    assert problem_of(parsed(body) if body else None, alarm(), label) == problem


def test_a_start_says_so_and_holds_the_lease_for_its_longest_run() -> None:
    started = verdict("longest_run: PT5H, parameters: {B: b, A: a}")
    assert started.record.decision is Decision.STARTED
    assert started.record.reason == "All guards agree: pipeline churn-retrain was started."
    assert started.run is not None
    assert (started.run.at, started.run.until, started.run.own) == (START, START + 5 * HOUR, ("A", "B"))
    assert started.run.draft == started.record


def test_a_dry_run_starts_nothing_and_says_what_would_be() -> None:
    dry = verdict("dry_run: true, approval: manual")
    assert (dry.record.decision, dry.run, dry.waiting) == (Decision.DRY_RUN, None, None)
    assert (dry.record.guard, dry.record.guards[-1].passed) == ("dry_run", False)
    assert dry.record.reason == "Dry run: nothing was started; otherwise pipeline churn-retrain would have been."


def test_what_waits_for_an_approval_says_how_to_give_it_and_only_one_waits() -> None:
    asked = verdict("approval: manual, approval_expires: PT6H")
    assert (asked.record.decision, asked.run) == (Decision.AWAITING_APPROVAL, None)
    assert asked.record.reason == "A person must approve it within PT6H, by 2026-03-02T20:00:00Z."
    assert (asked.record.approve, asked.record.mend) == ("approve r2", "Run approve r2")
    assert asked.waiting is not None
    assert asked.waiting.expires_at == asked.record.expires_at == START + 6 * HOUR
    assert asked.record.guards[-1].figures == {"expires_at": "2026-03-02T20:00:00Z"}
    assert not asked.record.guards[-1].passed

    first = Request(id="r1", alarm=alarm(), asked_at=START - HOUR, expires_at=START + HOUR)
    second = verdict("approval: manual", Ledger(endpoint=ENDPOINT, requests=(first,)))
    assert (second.record.decision, second.record.guard) == (Decision.REFUSED, "approval")
    assert second.record.reason == (
        "The request r1 waits for approval until 2026-03-02T15:00:00Z; only one can wait at a time."
    )
    assert second.record.guards[-1].figures == {"waiting": "r1"}
    assert not second.record.guards[-1].passed


def test_an_approved_request_starts() -> None:
    assert verdict("approval: manual", approved=True).record.decision is Decision.STARTED


@pytest.mark.parametrize(
    ("requests", "after", "reason"),
    [
        ((), timedelta(0), "The approved retraining was never requested, or it was long ago."),
        ((False,), HOUR, "The approval is too late: the request expired at 2026-03-02T15:00:00Z."),
        ((True,), timedelta(0), "It was approved before."),
        ((False,), HOUR - timedelta(seconds=1), None),
    ],
)
def test_an_approval_counts_once_and_in_time(requests: tuple[bool, ...], after: timedelta, reason: str | None) -> None:
    waiting = tuple(
        Request(id="r1", alarm=alarm(), asked_at=START, expires_at=START + HOUR, started=started)
        for started in requests
    )
    problem = approval_problem(Ledger(endpoint=ENDPOINT, requests=waiting), Approval(ENDPOINT, "r1", START + after))
    if reason is None:
        assert problem is None
        return
    assert problem is not None
    assert (problem.guard, problem.passed, problem.reason) == ("approval", False, reason)
    assert problem.figures["request"] == "r1"


def test_the_event_of_a_decision_names_its_alarm_and_target() -> None:
    detail = verdict("cooldown: PT0H").record.detail("s3://b/k")
    assert (detail["Alarm"], detail["AlarmLabel"]) == ("driftline/churn/model_quality/f1", "f1")
    assert (detail["Target"], detail["Mend"]) == ("pipeline churn-retrain", None)
    bare = verdict("cooldown: PT0H").record.model_copy(update={"alarm": None, "target": None}).detail("s3://b/k")
    assert (bare["Alarm"], bare["AlarmLabel"], bare["Target"]) == (None, None, None)


@pytest.mark.parametrize(
    ("by", "why", "told"),
    [("ana", "a new tariff", ("ana", "a new tariff")), ("", "", (None, None)), ("ana", "", ("ana", None))],
)
def test_a_record_says_who_approved_and_why_if_they_said_so(by: str, why: str, told: tuple[object, object]) -> None:
    change = alarm()
    draft = new_draft("a1", "r1", change, START, "", Approval(ENDPOINT, "r1", START, by, why))
    assert (draft.approved_by, draft.approval_reason, draft.alarm) == (*told, change)
    assert draft.decision is Decision.REFUSED  # until something else is decided
    by_alarm = new_draft("r1", "r1", change, START, "")
    assert (by_alarm.approved_by, by_alarm.approval_reason) == (None, None)


@pytest.mark.parametrize("problem", ["", "The endpoint has no readable monitor document."])
def test_the_first_finding_is_whether_the_document_asks_for_it(problem: str) -> None:
    draft = new_draft("r1", "r1", alarm(), START, problem)
    (finding,) = draft.guards
    assert (finding.guard, finding.passed) == ("asked_for", not problem)
    assert finding.reason == (problem or "The alarm has the action retrain, and the document has a target.")
    assert finding.figures["alarm"] == "driftline/churn/model_quality/violations"
    assert draft.guard == ("asked_for" if problem else None)
