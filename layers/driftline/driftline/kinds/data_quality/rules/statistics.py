"""statistics.json: what a data set or a window looks like, feature by feature.

Read leniently: containers of 2020 to 2022 write neither completeness nor approximate_num_distinct_values, other
analyzers add keys. Written in the order of the newer containers.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Self

import msgspec
from pydantic import BaseModel, ConfigDict, PlainValidator, TypeAdapter, ValidationError

from driftline.domain.capture.columns import MAX_CATEGORIES
from driftline.domain.errors import InvalidInputError, unreadable
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.profiles.categories import code_of_number
from driftline.domain.profiles.types import InferredType
from driftline.domain.sagemaker_files.java_json import JsonValue, dumps

NUMERIC_TYPES: tuple[InferredType, ...] = ("Integral", "Fractional")


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Common(_Lenient):
    num_present: int
    num_missing: int

    @property
    def completeness(self) -> float | None:
        """Share of the rows that have a value; None without rows."""
        rows = self.num_present + self.num_missing
        return self.num_present / rows if rows else None

    def to_value(self) -> dict[str, JsonValue]:
        return {"num_present": self.num_present, "num_missing": self.num_missing}


class Bucket(_Lenient):
    lower_bound: float
    upper_bound: float
    count: float


class SketchParameters(_Lenient):
    c: float = 0.64
    k: float = 2048.0


_FLOATS = TypeAdapter(tuple[float, ...])


def _level(values: object) -> "array[float]":
    """A fourth of the memory of a tuple: a file of 4,096 features has twenty million values."""
    if isinstance(values, list):
        try:
            return array("d", values)
        except (TypeError, OverflowError):
            pass  # Not all of them are numbers: said below, unless they are texts of numbers.
    return values if isinstance(values, array) else array("d", _FLOATS.validate_python(values))


type Level = Annotated[array[float], PlainValidator(_level)]
"""Values of one level of a sketch."""


class Sketch(_Lenient):
    """A KLL sketch: an item of level L stands for 2**L values."""

    parameters: SketchParameters = SketchParameters()
    data: tuple[Level, ...]

    def items(self) -> list[tuple[float, int]]:
        """(value, weight) of every retained value, in level order."""
        return [(value, 2**height) for height, level in enumerate(self.data) for value in level]


class Kll(_Lenient):
    buckets: tuple[Bucket, ...] = ()
    sketch: Sketch | None = None

    def to_value(self) -> dict[str, JsonValue]:
        value: dict[str, JsonValue] = {"buckets": [dict(bucket) for bucket in self.buckets]}
        if self.sketch is not None:
            value["sketch"] = {"parameters": dict(self.sketch.parameters), "data": self.sketch.data}
        return value


class NumericDistribution(_Lenient):
    kll: Kll | None = None


class NumericalStatistics(_Lenient):
    """std_dev is the population standard deviation; the figures are NaN-free because NaN counts as missing."""

    common: Common
    mean: float | None = None
    sum: float | None = None
    std_dev: float | None = None
    min: float | None = None
    max: float | None = None
    approximate_num_distinct_values: int | None = None
    completeness: float | None = None
    distribution: NumericDistribution | None = None

    def to_value(self) -> dict[str, JsonValue]:
        value: dict[str, JsonValue] = {"common": self.common.to_value()}
        value |= _given(self, "mean", "sum", "std_dev", "min", "max", "approximate_num_distinct_values", "completeness")
        if self.distribution is not None and self.distribution.kll is not None:
            value["distribution"] = {"kll": self.distribution.kll.to_value()}
        return value


class CategoricalBucket(_Lenient):
    value: str
    count: int


class Histogram(_Lenient):
    buckets: tuple[CategoricalBucket, ...] = ()


class CategoricalDistribution(_Lenient):
    categorical: Histogram | None = None


class StringStatistics(_Lenient):
    """distinct_count is an estimate; the distribution is there with at most 120 distinct values only."""

    common: Common
    distinct_count: float | None = None
    completeness: float | None = None
    distribution: CategoricalDistribution | None = None

    def to_value(self) -> dict[str, JsonValue]:
        value: dict[str, JsonValue] = {"common": self.common.to_value()}
        value |= _given(self, "distinct_count", "completeness")
        if self.distribution is not None and self.distribution.categorical is not None:
            buckets: list[JsonValue] = [dict(bucket) for bucket in self.distribution.categorical.buckets]
            value["distribution"] = {"categorical": {"buckets": buckets}}
        return value


class FeatureStatistics(_Lenient):
    """One feature. An Unknown one, without any value, has string_statistics with nothing but `common`."""

    name: str
    inferred_type: InferredType
    numerical_statistics: NumericalStatistics | None = None
    string_statistics: StringStatistics | None = None

    @property
    def common(self) -> Common:
        part = self.numerical_statistics or self.string_statistics
        return part.common if part else Common(num_present=0, num_missing=0)

    @property
    def levels(self) -> Sequence[Sequence[float]] | None:
        """The levels of the numeric sketch; None where there is none, or where it is empty."""
        part = self.numerical_statistics
        kll = part.distribution.kll if part and part.distribution else None
        return kll.sketch.data if kll and kll.sketch and any(kll.sketch.data) else None

    @property
    def histogram(self) -> dict[str, int] | None:
        """Count by category; None where there is none, or where it is empty."""
        part = self.string_statistics
        histogram = part.distribution.categorical if part and part.distribution else None
        return {bucket.value: bucket.count for bucket in histogram.buckets} or None if histogram else None

    def with_histogram(self, counts: Mapping[str, int]) -> Self:
        """The same feature with other counts by category; only for strings."""
        assert self.string_statistics is not None
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        histogram = Histogram(buckets=tuple(CategoricalBucket(value=value, count=count) for value, count in ordered))
        distribution = CategoricalDistribution(categorical=histogram)
        strings = self.string_statistics.model_copy(update={"distribution": distribution})
        return self.model_copy(update={"string_statistics": strings})

    def of_categories(self) -> Self:
        """The same values as categories; without a histogram if they are too many, or if a sketch has not kept all."""
        part, levels = self.numerical_statistics, self.levels
        if part is None:
            return self
        histogram = None
        if levels is not None and not any(levels[1:]):
            counts = Counter(code_of_number(value) for value in levels[0])
            if len(counts) <= MAX_CATEGORIES:
                ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
                histogram = Histogram(buckets=tuple(CategoricalBucket(value=v, count=n) for v, n in ordered))
        return self.model_copy(
            update={
                "inferred_type": "String",
                "numerical_statistics": None,
                "string_statistics": StringStatistics(
                    common=part.common,
                    distinct_count=part.approximate_num_distinct_values,
                    completeness=part.completeness,
                    distribution=CategoricalDistribution(categorical=histogram) if histogram else None,
                ),
            }
        )

    def to_value(self) -> dict[str, JsonValue]:
        value: dict[str, JsonValue] = {"name": self.name, "inferred_type": self.inferred_type}
        if self.numerical_statistics is not None:
            value["numerical_statistics"] = self.numerical_statistics.to_value()
        if self.string_statistics is not None:
            value["string_statistics"] = self.string_statistics.to_value()
        return value


class Dataset(_Lenient):
    item_count: int


class Statistics(_Lenient):
    version: float = 0.0
    dataset: Dataset
    features: tuple[FeatureStatistics, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, FeatureStatistics]:
        return {feature.name: feature for feature in self.features}

    def declared(self, categorical: Collection[str], excluded: Collection[str]) -> Self:
        """The statistics that are compared: some features count as categories, and some do not count."""
        features = (feature for feature in self.features if feature.name not in excluded)
        changed = tuple(each.of_categories() if each.name in categorical else each for each in features)
        # Not a copy, which would have the cached `by_name` as well.
        return type(self)(version=self.version, dataset=self.dataset, features=changed)

    def to_json(self) -> str:
        return dumps(
            {
                "version": self.version,
                "dataset": {"item_count": self.dataset.item_count},
                "features": [feature.to_value() for feature in self.features],
            }
        )


def parse_statistics(body: bytes | str, where: str = "statistics.json") -> Statistics:
    """Reads a statistics.json that Driftline or SageMaker wrote.

    Raises:
        InvalidInputError: not JSON, or required values are missing; `where` names the file.
    """
    try:
        # An error, and what only pydantic reads, such as NaN: the whole file, so that the error says where.
        return _by_feature(body, where) or Statistics.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None


class _Parts(msgspec.Struct):
    """A statistics.json whose features are still text."""

    dataset: msgspec.Raw
    features: list[msgspec.Raw] = []
    version: float = 0.0


_PARTS = JsonDecoder(_Parts)


_LARGEST_FEATURE = 8 << 20
"""Bytes of a feature: a sketch has some 110 kB, a histogram at most 120 values."""
_READ_TWICE = 64 << 20
"""Bytes up to which a file with an error is read as a whole."""


def _by_feature(body: bytes | str, where: str) -> Statistics | None:
    """Reads one feature after the other: pydantic has all of a text in memory several times. None: not so."""
    try:
        parts = _PARTS.decode(body)
        largest = max((len(memoryview(each)) for each in parts.features), default=0)
        if largest > _LARGEST_FEATURE:
            raise InvalidInputError(
                f"a feature of {largest:,} bytes",
                where=where,
                expected=f"at most {_LARGEST_FEATURE:,} for each feature",
            )
        dataset = Dataset.model_validate_json(bytes(parts.dataset))
        features = tuple(FeatureStatistics.model_validate_json(bytes(each)) for each in parts.features)
    except ValueError as error:
        if len(body) > _READ_TWICE:
            raise InvalidInputError(f"cannot be read: {error}", where=where) from None
        return None
    return Statistics(version=parts.version, dataset=dataset, features=features)


def _given(part: NumericalStatistics | StringStatistics, *fields: str) -> dict[str, JsonValue]:
    """The fields that have a value, in this order."""
    return {field: value for field in fields if (value := getattr(part, field)) is not None}
