"""A metric value for CloudWatch."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StatisticValues:
    """CloudWatch's pre-aggregated form of many observations."""

    sample_count: float
    total: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One value, or the statistic set of many, under one name and one set of dimensions."""

    name: str
    value: float | StatisticValues
    unit: str = "None"
    dimensions: Mapping[str, str] = field(default_factory=dict)
