"""The rows that the flip test looks at: a sample of each hour's, small enough to keep.

A row is in the sample if the hash of its id is below a bound, which falls until few enough are left: the sample is even
over all rows, does not depend on their order, and merges. With at most MOST_ROWS rows it is all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.even_sample import ALL, lowest
from driftline.domain.ground_truth.join_ids import STORED, join_hashes
from driftline.domain.predictions.values import number
from driftline.kinds.model_bias.rules.columns import MISSING
from driftline.kinds.model_bias.rules.counts import Counts, Rows, outcomes
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.flip_test import MOST_ROWS, flip_test
from driftline.kinds.model_bias.rules.report import members_of

MOST_OF_AN_HOUR = 5_000

NO_NUMBERS = "FlipTest does not support non-numeric columns"
"""Clarify's words."""


class _Wire(msgspec.Struct, frozen=True, array_like=True):
    columns: list[str]
    texts: list[str]
    bound: int
    hashes: bytes
    features: bytes
    predicted: bytes
    groups: dict[str, tuple[list[str], bytes]]


_WIRE = msgspec.msgpack.Decoder(_Wire)


@dataclass(frozen=True, slots=True, eq=False)
class FlipRows:
    """A sample of n rows.

    Attributes:
        columns: Keys of the p features.
        texts: Those that also hold text, with which there are no distances.
        bound: Rows with a smaller hash are in the sample; the highest one if all are.
        hashes: Shape (n,).
        features: Shape (n, p); NaN where a value is missing or no number.
        predicted: Shape (n,): predicted positive.
        groups: By facet, the names of its values and their code for each row; MISSING without a value.
    """

    columns: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    bound: int = ALL
    hashes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    features: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    predicted: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    groups: Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Self:
        return cls()

    @classmethod
    def of(cls, batch: Mapping[str, Sequence[object]], columns: Sequence[str], rows: Rows) -> "FlipRows":
        """Of rows of a window: those with a prediction."""
        ids = [
            f"{inference or event or ''}\0{row}"
            for inference, event, row in zip(batch["inference_id"], batch["event_id"], batch["row"], strict=True)
        ]
        if rows.prediction is None:
            return cls(tuple(columns))
        codes, names = outcomes(rows.positives, rows.prediction)
        positive = np.array([*(name in rows.positives.texts for name in names), False])
        chosen = np.flatnonzero(codes != MISSING)
        hashes = join_hashes(ids)
        if len(chosen) > MOST_OF_AN_HOUR:
            chosen = chosen[np.argpartition(hashes[chosen], MOST_OF_AN_HOUR)[: MOST_OF_AN_HOUR + 1]]
        features = np.full((len(chosen), len(columns)), np.nan)
        texts = set()
        for place, key in enumerate(columns):
            cells = [batch[key][row] for row in chosen.tolist()]
            features[:, place] = [number(cell) for cell in cells]
            if any(cell not in (None, "") for cell in np.array(cells, dtype=object)[np.isnan(features[:, place])]):
                texts.add(key)
        groups = {}
        for name, (criterion, column) in rows.facets.items():
            of_facet, values = outcomes(criterion, column)
            groups[name] = (tuple(values), of_facet[chosen])
        found = cls(tuple(columns), frozenset(texts), ALL, hashes[chosen], features, positive[codes[chosen]], groups)
        return found.at_most(MOST_OF_AN_HOUR)

    @classmethod
    def merge_all(cls, parts: Sequence["FlipRows"], most: int = MOST_ROWS) -> "FlipRows":
        """The sample of all rows of the parts. Parts that lack a column have no values of it."""
        parts = [part for part in parts if len(part.hashes)]
        if not parts:
            return cls.empty()
        columns = tuple(sorted({name for part in parts for name in part.columns}))
        bound = min(part.bound for part in parts)
        kept = [(part, part.hashes < bound if bound != ALL else np.ones(len(part.hashes), np.bool_)) for part in parts]
        features = [_features(part, columns)[inside] for part, inside in kept]
        merged = cls(
            columns,
            frozenset().union(*(part.texts for part in parts)),
            bound,
            np.concatenate([part.hashes[inside] for part, inside in kept]),
            np.concatenate(features),
            np.concatenate([part.predicted[inside] for part, inside in kept]),
            {name: _merged_groups([(part.groups[name], inside) for part, inside in kept]) for name in parts[0].groups},
        )
        return merged.at_most(most)

    def at_most(self, most: int) -> "FlipRows":
        """An even sample of so many rows, or a few less; all if there are not more."""
        order, bound = lowest(self.hashes, most, self.bound)
        return FlipRows(
            self.columns,
            self.texts,
            bound,
            self.hashes[order],
            self.features[order],
            self.predicted[order],
            {name: (values, codes[order]) for name, (values, codes) in self.groups.items()},
        )

    @property
    def sampled(self) -> bool:
        """Whether rows were left out."""
        return self.bound != ALL

    def tests(
        self, facets: Mapping[str, Criterion], counts: Counts, without: Mapping[str, Sequence[str]]
    ) -> dict[tuple[str, str], float | str]:
        """The flip test of each facet's groups, or why there is none.

        Args:
            counts: Of all rows.
            without: By facet, the keys of its own columns, which are no features.
        """
        found: dict[tuple[str, str], float | str] = {}
        for name, criterion in facets.items():
            if name not in self.groups or (criterion.continuous and not criterion.values):
                continue
            values, codes = self.groups[name]
            own = set(without.get(name, ()))
            places = [place for place, key in enumerate(self.columns) if key not in own]
            texts = self.texts - own
            for text, members in members_of(criterion, values, counts.facets[name].highest):
                group = np.append([value in members for value in values], False)[codes]
                if texts:
                    found[name, text] = NO_NUMBERS
                    continue
                try:
                    found[name, text] = flip_test(self.features[:, places], group, self.predicted).value
                except ValueError as error:
                    found[name, text] = str(error)
        return found

    def to_bytes(self) -> bytes:
        groups = {name: (list(values), codes.astype("<i4").tobytes()) for name, (values, codes) in self.groups.items()}
        return msgspec.msgpack.encode(
            _Wire(
                list(self.columns),
                sorted(self.texts),
                self.bound,
                self.hashes.astype(STORED).tobytes(),
                self.features.astype("<f8").tobytes(),
                self.predicted.tobytes(),
                groups,
            )
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Raises msgspec.DecodeError or ValueError: not such a state."""
        wire = _WIRE.decode(body)
        hashes = np.frombuffer(wire.hashes, dtype=STORED).astype(np.uint64)
        groups = {
            name: (tuple(values), np.frombuffer(codes, dtype="<i4").astype(np.int64))
            for name, (values, codes) in wire.groups.items()
        }
        return cls(
            tuple(wire.columns),
            frozenset(wire.texts),
            wire.bound,
            hashes,
            np.frombuffer(wire.features, dtype="<f8").reshape(len(hashes), len(wire.columns)).copy(),
            np.frombuffer(wire.predicted, dtype=np.bool_),
            groups,
        )


def _features(part: FlipRows, columns: Sequence[str]) -> NDArray[np.float64]:
    """In the order of the columns; NaN for those that the part does not have."""
    place = {name: number for number, name in enumerate(part.columns)}
    padded = np.column_stack((part.features, np.full(len(part.hashes), np.nan)))
    return padded[:, [place.get(name, -1) for name in columns]]


def _merged_groups(
    parts: Sequence[tuple[tuple[tuple[str, ...], NDArray[np.int64]], NDArray[np.bool_]]],
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    names: dict[str, int] = {}
    codes = []
    for (values, of_part), inside in parts:
        translated = np.array([*(names.setdefault(value, len(names)) for value in values), MISSING], dtype=np.int64)
        codes.append(translated[of_part[inside]])
    return tuple(names), np.concatenate(codes)
