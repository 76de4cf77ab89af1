"""The parts of `make smoke` that need no cloud."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.documents.parse import parse_document
from driftline.domain.windows import SLOT, floor_to
from driftline.kinds.registry import KINDS
from tools.smoke.cost import MOST, costs, shown, total
from tools.smoke.interrupting import Interruption
from tools.smoke.names import code_bucket, inbox, name_in, new_name
from tools.smoke.traffic import FILES, ROWS, Hour
from tools.smoke.waiting import wait_for

AT = datetime(2026, 3, 1, 0, 7, 31, tzinfo=UTC)


def test_everything_of_a_run_is_recognised_by_its_name() -> None:
    name = new_name()
    for text in (name, code_bucket(name), inbox(name), f"/aws/lambda/{name}-run-monitor", f"{name}-bucket-1x2y"):
        assert name_in(text) == name
    assert name_in(f"arn:aws:cloudformation:us-east-1:1:stack/{name}/1") == name


@pytest.mark.parametrize(
    "text",
    [
        "driftline",
        "driftline-smoke-",
        "driftline-smoke-test",
        "driftline-smoke-0123456789",
        "my-driftline-smoke-01234567",
    ],
)
def test_nothing_else_is_recognised(text: str) -> None:
    assert name_in(text) is None


@pytest.mark.parametrize("ahead", [timedelta(seconds=40), timedelta(minutes=9)])
def test_the_window_of_the_schedule_is_the_hour_that_is_sent(ahead: timedelta) -> None:
    hour = Hour.before(AT, "smoke")
    at = AT + ahead
    document = parse_document(hour.document(at), where="smoke", model=KINDS.document)
    for monitor in document.monitors.by_name().values():
        assert monitor.enabled
        assert monitor.window is not None
        due = floor_to(at, SLOT)
        assert (due + monitor.window.start_offset, due + monitor.window.end_offset) == (hour.start, hour.end)


def test_monitors_wait_until_everything_is_there() -> None:
    document = parse_document(Hour.before(AT, "smoke").document(None), where="smoke", model=KINDS.document)
    assert not any(monitor.enabled for monitor in document.monitors.by_name().values())


def test_every_inference_is_in_the_hour_and_has_its_label() -> None:
    hour = Hour.before(AT, "smoke")
    records = [json.loads(line) for _, body in hour.captures() for line in body.splitlines()]
    times = [datetime.fromisoformat(record["eventMetadata"]["inferenceTime"]) for record in records]
    assert len(records) == FILES * ROWS
    assert hour.start <= min(times) <= max(times) < hour.end
    labels = [json.loads(line) for line in hour.labels()[1].splitlines()]
    assert {each["eventMetadata"]["eventId"] for each in labels} == {
        record["eventMetadata"]["inferenceId"] for record in records
    }


def test_what_is_said_before_is_more_than_what_it_can_cost() -> None:
    assert 0 < total(MOST) < 0.5
    assert total(MOST) == pytest.approx(sum(each.usd for each in costs(MOST)))
    assert "without a free tier" in list(shown(MOST))[-1]


def test_a_wait_is_bounded_and_says_for_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.smoke.waiting.PATIENCE_SECONDS", -1)
    with pytest.raises(TimeoutError, match="In vain: a page"):
        wait_for(lambda: None, "a page")


def test_a_run_is_interrupted_once() -> None:
    lines: list[str] = []
    interruption = Interruption(lines.append)
    interruption.check()
    with pytest.raises(KeyboardInterrupt):
        interruption._heard(2, None)
    with pytest.raises(KeyboardInterrupt):
        interruption.check()  # remembered, if Python dropped the first
    interruption._heard(2, None)
    assert "Removing goes on." in lines[0]
    interruption.mute()
    interruption.check()
