"""Ids and tokens follow from what asked, and fit where AWS wants them."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.retraining.approvals import approval_key, parse_approval_key
from driftline.domain.retraining.audit import audit_key
from driftline.domain.retraining.decision import new_draft
from driftline.domain.retraining.request import Approval, approval_id, cut, request_id, start_token
from tests.retraining import START, alarm

DISPLAY_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}")  # SageMaker, PipelineExecutionDisplayName
EXECUTION_NAME = re.compile(r"[0-9A-Za-z_-]{1,80}")  # Step Functions, StartExecution


@given(
    name=st.text(max_size=300),
    at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_any_alarm_has_an_id_that_aws_and_keys_take(name: str, at: datetime) -> None:
    id_ = request_id(alarm(at).model_copy(update={"name": name}))
    assert DISPLAY_NAME.fullmatch(id_)
    assert EXECUTION_NAME.fullmatch(id_)
    assert 32 <= len(start_token("churn", id_)) <= 128
    assert parse_approval_key(approval_key("churn", id_)) == ("churn", id_)
    assert audit_key("churn", id_) == f"reports/churn/retraining/{at:%Y/%m/%d}/{id_}.json"


def test_a_time_is_a_time_in_any_zone() -> None:
    elsewhere = START.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert request_id(alarm(elsewhere)) == request_id(alarm(START))
    assert approval_id(Approval("e", "r", elsewhere)) == approval_id(Approval("e", "r", START))


@pytest.mark.parametrize("hours", [-11, 13])
def test_a_record_is_found_by_its_id_whatever_the_zone_of_the_alarm(hours: int) -> None:
    change = alarm(START.astimezone(timezone(timedelta(hours=hours))))
    record = new_draft(request_id(change), request_id(change), change, change.changed_at, "")
    assert record.key == audit_key(change.endpoint, request_id(change))


def test_other_endpoints_alarms_and_times_are_other_requests() -> None:
    ids = {
        request_id(alarm()),
        request_id(alarm(endpoint="other")),
        request_id(alarm(label="f1")),
        request_id(alarm(START + timedelta(microseconds=1))),
    }
    assert len(ids) == 4
    assert len({start_token("a", "r1"), start_token("b", "r1"), start_token("a", "r2")}) == 3


def test_keys_that_are_no_approvals() -> None:
    no_endpoints = (
        f"approvals/{name}/r1.json" for name in ("..", ".hidden", "x" * 64, "a b", "é", "a\nb", "<!channel>")
    )
    others = ("approvals/churn/a/b.json", "approvals/churn/x.txt", "approvals/x.json", "approvals/churn/../x.json")
    for key in (*others, *no_endpoints):
        assert parse_approval_key(key) is None


def test_a_text_is_cut_and_says_so() -> None:
    assert cut("x" * 2000) == "x" * 2000
    assert len(cut("x" * 10_000)) == 2000
    assert cut("x" * 10_000).endswith("…")
