"""The files of an execution and of its baseline, as bytes, and what kind of monitor they are of."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.rules.rows import ProblemType
from driftline.presentation.pages.execution.facts import Place


class Kind(StrEnum):
    DATA_QUALITY = "data_quality"
    MODEL_QUALITY = "model_quality"


@dataclass(frozen=True, slots=True)
class ExecutionFiles:
    """What is there; None where it is not. Only statistics.json must be.

    Attributes:
        previous_statistics: Of the execution before, if the baseline has none.
    """

    statistics: bytes
    violations: bytes | None = None
    summary: bytes | None = None
    baseline_statistics: bytes | None = None
    baseline_constraints: bytes | None = None
    baseline_predictions: bytes | None = None
    previous_statistics: bytes | None = None
    revision: int | None = None


class _Summary(msgspec.Struct):
    """What tells the kind, and where the baseline is, before everything else is read."""

    class Baseline(msgspec.Struct):
        statistics: str | None = None
        constraints: str | None = None

    baseline: Baseline = msgspec.field(default_factory=Baseline)


_SUMMARY = msgspec.json.Decoder(_Summary)
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def kind_of(statistics: bytes, place: Place) -> Kind:
    """By the content of statistics.json, since SageMaker's schedules may have any name.

    Raises:
        InvalidInputError: neither features nor metrics are in it.
    """
    try:
        parts = _PARTS.decode(statistics)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not JSON ({error})", where=f"{place.folder}statistics.json") from None
    if "features" in parts:
        return Kind.DATA_QUALITY
    if any(f"{problem.key}_metrics" in parts for problem in ProblemType):
        return Kind.MODEL_QUALITY
    raise InvalidInputError(
        "there is no page for this kind of monitor",
        where=f"{place.folder}statistics.json",
        expected="the statistics of data quality or of model quality",
    )


def baseline_keys(summary: bytes | None, default_folder: str) -> tuple[str, str]:
    """Keys of the baseline's statistics and constraints: as the summary says, else in the default folder."""
    statistics, constraints = f"{default_folder}statistics.json", f"{default_folder}constraints.json"
    if summary is None:
        return statistics, constraints
    try:
        named = _SUMMARY.decode(summary).baseline
    except msgspec.DecodeError:
        return statistics, constraints  # The reader of the summary says what is wrong with it.
    return named.statistics or statistics, named.constraints or constraints
