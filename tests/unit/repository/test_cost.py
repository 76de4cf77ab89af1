"""The bill: requests are counted as S3 bills them, and what is counted is in it."""

import pytest

from bench.cost import prices
from bench.cost.bill import Load, bill, metric_months
from bench.cost.counting import CountingStore, Requests
from bench.cost.scenarios import FIRST
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults


def test_requests_are_counted_as_s3_bills_them() -> None:
    store = CountingStore()
    for index in range(2_001):
        store.objects[f"a/{index:04}/x"] = b""
    store.find("missing")
    store.etag("missing")
    store.get_range("a/0000/x", 0, 1)
    store.put("b", b"12345")
    assert store.requests == Requests(reads=3, writes=1, bytes_written=5)

    assert len(list(store.list("a/"))) == 2_001
    assert store.folders("b/") == []

    assert store.requests.lists == 3 + 1  # a thousand keys a page, and at least one
    store.delete("b")
    assert store.requests - Requests(reads=3, writes=1, lists=4, bytes_written=5) == Requests()


def test_metrics_beyond_the_first_ten_thousand_are_cheaper() -> None:
    assert metric_months(100) == pytest.approx(30)
    assert metric_months(10_800) == pytest.approx(3_000 + 80)


def test_the_first_endpoint_is_within_its_bar_and_published_metrics_are_in_the_bill() -> None:
    load = Load(history=1)
    lines = {line.what: line.usd for line in bill(load)}
    assert sum(lines.values()) < FIRST.bar
    assert lines["CloudWatch metrics"] == lines["Dashboards"] == 0
    assert lines["Signals for alarms"] == pytest.approx(prices.METRIC_MONTH)

    # Given the totals of data quality, and dashboards of four endpoints with the ages that they draw
    published = Load(endpoints=4, history=1, defaults=StackDefaults(dashboard=True, metrics="totals"))
    lines = {line.what: line.usd for line in bill(published)}
    assert lines["CloudWatch metrics"] == pytest.approx(4 * 4 * prices.METRIC_MONTH)
    assert lines["Signals for alarms"] == pytest.approx(4 * 4 * prices.METRIC_MONTH)
    assert lines["Dashboards"] == prices.DASHBOARD_MONTH


def test_what_grows_with_rows_is_files_time_and_storage() -> None:
    few, many = ({line.what: line.usd for line in bill(Load(history=1, rows_a_day=rows))} for rows in (1e5, 1e8))
    assert {what for what in few if few[what] != many[what]} == {
        "CloudWatch logs",
        "EventBridge",
        "Lambda",
        "S3 requests",
        "S3 storage",
        "SQS messages",
    }
    assert SHIPPED.metrics == "none"
