"""Which rows belong to the five random samples behind SageMaker's `standard_deviation`.

SageMaker draws 80 % of the rows without replacement, five times. Here a row is in sample s when a hash of its
inferenceId and s is below 0.8 * 2^64: the samples are the same however the rows are cut into files, whatever their
order, and in every replay. A sample's size is then 80 % of the rows on average instead of exactly.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from driftline.kinds.model_quality.rules.rows import Hashes

SAMPLES = 5
PARTS = SAMPLES + 1
"""The whole, then the samples: the first axis of all that is counted per sample."""

LEAST_ROWS = 200
"""With fewer rows SageMaker prints "NaN" for the standard deviation."""

_BELOW = np.uint64(0.8 * 2.0**64)
_STEP = 0x9E3779B97F4A7C15


def row_hashes(inference_ids: Iterable[str], rows: Iterable[int]) -> Hashes:
    """The hash of each row: of its record's inferenceId and its place inside that record (0 in a one-row record)."""
    digests = b"".join(
        blake2b(inference_id.encode(errors="surrogatepass"), digest_size=8, salt=row.to_bytes(8, "big")).digest()
        for inference_id, row in zip(inference_ids, rows, strict=True)
    )
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


def memberships(ids: Hashes) -> NDArray[np.bool_]:
    """Of each part, which rows belong to it; shape (PARTS, n), the first all True."""
    found = np.ones((PARTS, len(ids)), dtype=np.bool_)
    for sample in range(1, PARTS):
        found[sample] = _mixed(ids + np.uint64(sample * _STEP & 0xFFFFFFFFFFFFFFFF)) < _BELOW
    return found


def standard_deviation(rows: int, values: Iterable[float]) -> float:
    """Population standard deviation of a metric over the samples; NaN below LEAST_ROWS rows or if one is undefined."""
    if rows < LEAST_ROWS:
        return float("nan")
    return float(np.std(np.fromiter(values, dtype=np.float64)))


def _mixed(hashes: Hashes) -> Hashes:
    """SplitMix64's finalizer (Steele, Lea, Flood 2014)."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
