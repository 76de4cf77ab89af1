"""What facts about a stack mean, as far as no embedded cloud can be brought into that state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.doctor.alarms import AlarmFacts, check_alarms
from driftline.domain.doctor.captures import BucketFacts, check_captures
from driftline.domain.doctor.concurrency import ConcurrencyFacts, check_concurrency
from driftline.domain.doctor.documents import DocumentFacts, check_documents
from driftline.domain.doctor.executions import ClockFacts, check_executions
from driftline.domain.doctor.functions import FunctionFacts, check_functions
from driftline.domain.doctor.line import Line
from driftline.domain.doctor.published import PublishedFacts, check_published
from driftline.domain.doctor.stack import Resource, StackFacts, check_stack
from driftline.domain.doctor.triggers import SourceFacts, TriggerFacts, check_sources, check_triggers
from driftline.domain.documents.status import MonitorState, MonitorStatus

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

STACK = StackFacts(
    name="driftline",
    partition="aws",
    region="eu-west-1",
    account="123456789012",
    status="UPDATE_COMPLETE",
    failure="",
    parameters={},
    outputs={"Version": "1.2.0", "BucketName": "b"},
    resources=(Resource("Bucket", "b", "AWS::S3::Bucket"),),
)
STATUS = MonitorStatus(endpoint="shop", status="ok", key="monitors/shop.yaml", etag="e1")


def states(lines: list[Line]) -> list[str]:
    return [line.state for line in lines]


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [
        ("CREATE_COMPLETE", "ok", "complete"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "ok", "complete"),
        ("UPDATE_ROLLBACK_COMPLETE", "fault", "was rolled back"),
        ("UPDATE_ROLLBACK_FAILED", "fault", "continue-update-rollback --stack-name driftline"),
        ("ROLLBACK_COMPLETE", "fault", "sam delete --stack-name driftline"),
        ("UPDATE_IN_PROGRESS", "fault", "is being changed"),
        ("DELETE_FAILED", "fault", "describe-stack-events"),
    ],
)
def test_every_state_of_a_stack_says_what_to_do(status: str, state: str, said: str) -> None:
    [line] = check_stack(replace(STACK, status=status, failure="Bucket: it exists."), "1.2.0")
    assert line.state == state
    assert said in f"{line.text} {line.mend}"
    assert bool(line.mend) == (state != "ok")


def test_what_failed_is_named() -> None:
    [line] = check_stack(replace(STACK, status="UPDATE_ROLLBACK_COMPLETE", failure="Bucket: it exists."), "1.2.0")
    assert line.text.endswith("(UPDATE_ROLLBACK_COMPLETE). Bucket: it exists.")


def test_another_release_is_advice() -> None:
    lines = list(check_stack(STACK, "1.3.0"))
    assert states(lines) == ["ok", "advice"]
    assert "runs Driftline 1.2.0, and this command is of 1.3.0" in lines[1].text


WELL = FunctionFacts("f", "Active", architecture="arm64")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (replace(WELL, state=""), "does not exist"),
        (replace(WELL, state="Failed", reason="no room"), "is Failed: no room"),
        (replace(WELL, update="Failed", reason="bad layer"), "last update of the function f failed: bad layer"),
        (replace(WELL, architecture="x86_64"), "is on x86_64, and the stack's parameter says arm64"),
    ],
)
def test_a_function_that_cannot_run(function: FunctionFacts, said: str) -> None:
    [line] = check_functions([WELL, function], "arm64")
    assert line.state == "fault"
    assert said in line.text
    assert line.mend


def test_an_idle_function_is_well() -> None:
    assert states(list(check_functions([WELL, replace(WELL, state="Inactive")], "arm64"))) == ["ok"]


SOURCE = SourceFacts("ProfileCaptureQueue", "u", "profile", "Enabled", 20)


def test_an_event_source_without_a_limit_may_take_everything() -> None:
    [line] = check_concurrency(ConcurrencyFacts(1000, 1000), [SOURCE, replace(SOURCE, at_once=None)], 2)
    assert line.state == "fault"
    assert "MaximumConcurrency is not set" in line.text


@pytest.mark.parametrize(("unreserved", "state"), [(22, "ok"), (21, "advice"), (20, "fault"), (10, "fault")])
def test_concurrency_is_compared_with_what_is_left(unreserved: int, state: str) -> None:
    [line] = check_concurrency(ConcurrencyFacts(1000, unreserved), [SOURCE], 2)
    assert line.state == state


def test_an_event_source_that_is_gone() -> None:
    [line] = check_sources([SOURCE, replace(SOURCE, state="")])
    assert line.state == "fault"
    assert "does not exist" in line.text


def test_triggers_that_are_gone_and_one_that_only_service_events_use() -> None:
    lines = list(
        check_triggers(
            [
                TriggerFacts("rule", "r", ""),
                TriggerFacts("rule", "m", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
                TriggerFacts("schedule", "s", "DISABLED"),
            ]
        )
    )
    assert [line.text for line in lines] == ["The rule r of the stack does not exist.", "The schedule s is disabled."]


def test_a_bucket_with_other_notifications_is_not_overwritten() -> None:
    [line] = check_captures([BucketFacts("b", eventbridge=False, others=True)], (), {})
    assert "aws s3api" not in line.mend
    assert "in the console" in line.mend


def test_a_bucket_that_is_gone() -> None:
    [line] = check_captures([BucketFacts("b", exists=False)], ("b",), {})
    assert line.text == "The bucket b does not exist."


def test_a_document_that_was_deleted_while_nobody_looked() -> None:
    [line] = check_documents([DocumentFacts("shop", None, STATUS)])
    assert "was deleted, and its schedules and alarms are still there" in line.text


def test_a_script_that_cannot_run() -> None:
    monitor = MonitorState(
        schedule_name="s",
        schedule="rate(1 hour)",
        timezone="UTC",
        window="PT1H",
        baseline="found",
        baseline_folder="baselines/shop/data_quality/",
        script_problems=("scripts/p.py imports torch, which AWS Lambda does not have",),
    )
    status = STATUS.model_copy(update={"monitors": {"data_quality": monitor}})
    [line] = check_documents([DocumentFacts("shop", "e1", status)])
    assert line.text.startswith("monitors/shop.yaml, data_quality: scripts/p.py imports torch")


def test_nothing_is_watched() -> None:
    assert states(list(check_documents([]))) == ["advice"]
    assert states(list(check_executions([], AT))) == ["ok"]
    assert states(list(check_published([], [], "Driftline/driftline"))) == ["ok"]


def test_an_execution_that_is_late_says_by_how_much() -> None:
    due = AT - timedelta(hours=5, minutes=20)
    [line] = check_executions([ClockFacts("shop", "data_quality", True, None, due)], AT)
    assert "the execution of 2026-03-01T06:40:00Z is missing (5 h late; last: never)" in line.text


def test_metrics_of_people_may_be_switched_off_on_purpose() -> None:
    facts = PublishedFacts("shop", "data_quality", AT, signals=1, namespace="n", judged=True, metrics=0)
    assert states(list(check_published([facts], [], "s"))) == ["advice"]
    assert states(list(check_published([replace(facts, judged=False)], [], "s"))) == ["ok"]


def test_an_alarm_without_data_for_long() -> None:
    alarm = AlarmFacts("a", "the stack", "INSUFFICIENT_DATA", AT - timedelta(days=3))
    [line] = check_alarms([alarm], AT)
    assert line.state == "advice"
    assert "no data since 2026-02-26T12:00:00Z" in line.text
    assert states(list(check_alarms([replace(alarm, since=AT - timedelta(days=1))], AT))) == ["ok"]


def test_a_capture_bucket_that_the_parameter_lost_is_named_with_those_it_has() -> None:
    lines = check_captures([], ("a", "b"), {"near": "a", "own": None, "far": "c"})
    [line] = lines
    assert "names the capture bucket c, and the stack may read only a, b" in line.text
    assert "CaptureBucketName=a,b,c" in line.mend
