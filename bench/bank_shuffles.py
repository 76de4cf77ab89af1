"""The calls of a bank in a hundred orders, each cut into a baseline and 14 days of 2,000 calls: nothing changes.

How many of the days ring, by the suggested limits of data quality, of model quality, and of both. Real rows, a real
model (tests/cases/bank.py), the rules as `run_monitor` applies them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bench import quiet_data_quality as data_quality
from bench import quiet_model_quality as model_quality
from bench.results import Limit, Options, Row, skipped
from bench.seeds import seed_of
from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.drift.distance import Comparison
from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.rules.observed import NamedProfiles
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.state import quality_of
from tests.cases.bank import DAYS, INPUTS, NUMBERS, ROWS, calls, fitted

ARCHIVE = Path(__file__).parents[2] / "shared" / "data" / "bank_marketing" / "bank-additional-full.csv.gz"
SHUFFLES = 100
QUIET = Limit(2, 2, "%")
"""Days that ring by either monitor."""

type Order = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls that the model was not fitted to.

    Attributes:
        columns: By name, the score first.
        hit: Whether the customer said yes.
    """

    columns: dict[str, NDArray[np.object_]]
    hit: NDArray[np.bool_]
    hashes: NDArray[np.uint64]

    @classmethod
    def read(cls, archive: Path = ARCHIVE) -> Self:
        rows, labels = calls(archive)
        fitted_to = (len(rows) - DAYS * ROWS) // 2
        model = fitted(rows[:fitted_to], labels[:fitted_to])
        scores = model.predict_proba(rows[fitted_to:])[:, 1].round(6)
        columns = {"score": scores.astype(object)}
        columns |= {name: rows[fitted_to:, place] for place, name in enumerate(INPUTS)}
        hashes = np.random.default_rng(0).integers(0, 2**64, len(scores), dtype=np.uint64)
        return cls(columns, labels[fitted_to:] == "yes", hashes)

    @property
    def rows(self) -> int:
        return len(self.hit)

    def profiles(self, order: Order) -> tuple[int, NamedProfiles]:
        """For data quality."""
        return len(order), [(name, _profile(name, values[order])) for name, values in self.columns.items()]

    def quality(self, order: Order) -> Quality:
        """For model quality."""
        actual = Classes(self.hit[order].astype(np.int64), ("no", "yes"))
        probability = self.columns["score"][order].astype(np.float64)
        return quality_of(BinaryState.of(BinaryRows(actual, self.hashes[order], probability=probability), "yes"))


def _profile(name: str, values: NDArray[np.object_]) -> ColumnProfile:
    if name in NUMBERS or name == "score":
        numbers = values.astype(np.float64)
        texts, counts = np.unique(numbers, return_counts=True)
        categories = {f"{number:g}": count for number, count in zip(texts.tolist(), counts.tolist(), strict=True)}
        integral = 0 if name == "score" else len(numbers)
        few = categories if len(categories) <= MAX_CATEGORIES else None
        return ColumnProfile.of(ColumnValues(numbers, integral, {}, few))
    found, counts = np.unique(values.astype(str), return_counts=True)
    texts_of = dict(zip(found.tolist(), counts.tolist(), strict=True))
    return ColumnProfile.of(ColumnValues(np.empty(0), 0, texts_of, texts_of))


def rung(known: Calls, seed: int, shuffles: int) -> tuple[int, int, int]:
    """Days that ring by data quality, by model quality, and by either."""
    data, model, either = 0, 0, 0
    for shuffle in range(shuffles):
        order = np.random.default_rng([seed, shuffle]).permutation(known.rows)
        before, days = order[: known.rows - DAYS * ROWS], order[known.rows - DAYS * ROWS :].reshape(DAYS, ROWS)
        of_data = data_quality.Baseline.of(*known.profiles(before))
        of_model = model_quality.Baseline.of(known.quality(before))
        for day in days:
            data_rang = of_data.rings(known.profiles(day), Comparison.DRIFTLINE)
            model_rang = of_model.rings(known.quality(day))["driftline"]
            data, model, either = data + data_rang, model + model_rang, either + (data_rang or model_rang)
    return data, model, either


def run(options: Options) -> Iterator[Row]:
    name = f"{SHUFFLES} orders of {DAYS} days: days that ring"
    if not ARCHIVE.is_file():
        yield skipped(name, QUIET, f"{ARCHIVE.name} is not there")
        return
    seed = seed_of(options)
    with model_quality.without_resampling():
        data, model, either = rung(Calls.read(), seed, SHUFFLES)
    days = SHUFFLES * DAYS
    told = Limit(float("inf"), float("inf"), "%")
    for monitor, number, limit in (
        ("data quality", data, told),
        ("model quality", model, told),
        ("both", either, QUIET),
    ):
        lower, upper = clopper_pearson(number, days) or (0.0, 1.0)
        detail = f"{number} of {days}; 95 % interval {100 * lower:.2f} to {100 * upper:.2f} %"
        yield Row(f"{name}, {monitor}", limit, 100 * number / days, detail)
