"""Metrics as log lines in CloudWatch's embedded metric format (EMF), through Powertools: no call, no throttling.

Sources: CloudWatch User Guide, "Specification: Embedded metric format" and "Metrics concepts, Time stamps".
"""

import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from driftline.domain.instants import format_instant
from driftline.domain.metrics import Metric, StatisticValues

_OLDEST = timedelta(days=14)
_NEWEST = timedelta(hours=2)
_PER_LINE = 99  # EMF allows 100, but Powertools flushes at the hundredth
_LONGEST_NAME = 255  # characters
_LARGEST = 2.0**360  # either sign: API Reference, PutMetricData
_MOST_DIMENSIONS = 29  # EMF allows 30, Powertools one less

_log = logging.getLogger(__name__)


class EmbeddedMetrics:
    """Metrics of one function.

    A `StatisticValues` becomes `{"Max", "Min", "Count", "Sum"}`. EMF's specification has numbers and lists of up to
    100 numbers only, which would lose count and sum of many rows. But AWS's OpenTelemetry exporter (awsemf) sends
    histograms in this form, and CloudWatch stores it as a statistic set. Such metrics get lines of their own, so that
    the others do not depend on it.

    Nothing is dropped silently. Values that are not finite numbers or beyond 2^360, and names over 255 characters, are
    left out with a warning. If the window began more than two weeks ago, as in a replay, CloudWatch accepts none of its
    metrics: the lines are written anyway, for other readers of the log, with a warning before them.

    Args:
        write: Writes a line to the function's log.
        now: The clock that CloudWatch compares timestamps with; metrics without a time get its time.
    """

    def __init__(
        self, write: Callable[[str], None] = print, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._write = write
        self._now = now

    def publish(self, namespace: str, metrics: Sequence[Metric], timestamp: datetime | None = None) -> None:
        if not metrics:
            return
        now = self._now()
        timestamp = timestamp or now
        if not now - _OLDEST <= timestamp <= now + _NEWEST:
            _log.warning(
                "CloudWatch will not accept %d metrics of %s: it accepts up to two weeks back and two hours ahead. "
                "They are in this log and in the reports.",
                len(metrics),
                format_instant(timestamp),
            )
        for line in _lines(namespace, filter(_acceptable, metrics), timestamp):
            self._write(line)


def _acceptable(metric: Metric) -> bool:
    value = metric.value
    numbers: Iterable[float] = (
        (value.sample_count, value.total, value.minimum, value.maximum)
        if isinstance(value, StatisticValues)
        else (value,)
    )
    name = metric.name.strip()
    if not all(math.isfinite(number) and abs(number) <= _LARGEST for number in numbers):
        reason = "its value is not a finite number, or beyond the range of CloudWatch"
    elif not 0 < len(name) <= _LONGEST_NAME:
        reason = f"its name has {len(name)} characters"
    elif len(metric.dimensions) > _MOST_DIMENSIONS or not all(metric.dimensions.values()):
        reason = "it has too many or empty dimensions"
    else:
        return True
    _log.warning("The metric %.80s is not published: %s.", metric.name, reason)
    return False


def _lines(namespace: str, metrics: Iterable[Metric], timestamp: datetime) -> Iterator[str]:
    """As few lines as possible; the metrics of one line share dimensions and kind of value."""
    groups: dict[tuple[tuple[tuple[str, str], ...], bool], list[Metric]] = {}
    for metric in metrics:
        groups.setdefault(_shared(metric), []).append(metric)
    for (dimensions, _), group in groups.items():
        for batch in batched(group, _PER_LINE, strict=False):
            yield json.dumps(_line(namespace, dict(dimensions), batch, timestamp), allow_nan=False)


def _shared(metric: Metric) -> tuple[tuple[tuple[str, str], ...], bool]:
    return tuple(metric.dimensions.items()), isinstance(metric.value, StatisticValues)


def _line(
    namespace: str, dimensions: Mapping[str, str], metrics: Sequence[Metric], timestamp: datetime
) -> dict[str, Any]:
    provider = AmazonCloudWatchEMFProvider(namespace=namespace, dimension_set=dict(dimensions))
    # POWERTOOLS_SERVICE_NAME would add the dimension `service`, which SageMaker's metrics do not have.
    provider.service = ""
    provider.timestamp = int(timestamp.timestamp() * 1000)
    for metric in metrics:
        if isinstance(metric.value, StatisticValues):
            provider.metric_set[metric.name.strip()] = {"Unit": metric.unit, "Value": _statistic_set(metric.value)}
        else:
            provider.add_metric(metric.name, metric.unit, metric.value)
    return dict(provider.serialize_metric_set())


def _statistic_set(values: StatisticValues) -> dict[str, float]:
    return {"Max": values.maximum, "Min": values.minimum, "Count": values.sample_count, "Sum": values.total}
