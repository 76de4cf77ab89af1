"""What SageMaker would have said: for each label of the baseline, the NDCG of the live global values, and whether it is
below 0.9.

SageMaker does not say what it does where the two files differ. Here:

* a label is compared with the live label of its name; labels whose names differ are compared by their places, because
  the names of real files can be scores;
* a feature of only one of the files has the value 0 in the other.

Both come with a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from driftline.kinds.model_explainability.rules.ndcg import THRESHOLD, ndcg

type GlobalValues = Mapping[str, Mapping[str, float]]
"""Global values by label and feature, labels in the order of the file."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SageMakerVerdict:
    """What SageMaker's rule says about one label of the baseline.

    Attributes:
        label: Its name in the baseline.
        live_label: The label that it was compared with; None if there is none.
        ndcg: None if nothing could be compared.
        notes: What a reader should know, one sentence each.
    """

    label: str
    live_label: str | None = None
    ndcg: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def violated(self) -> bool:
        return self.ndcg is not None and self.ndcg < THRESHOLD


def sagemaker_verdicts(baseline: GlobalValues, live: GlobalValues) -> tuple[SageMakerVerdict, ...]:
    """One for each label of the baseline, in its order."""
    partner = _partners(list(baseline), list(live))
    return tuple(_verdict(label, values, partner[label], live) for label, values in baseline.items())


def violated(verdicts: Sequence[SageMakerVerdict]) -> Iterator[tuple[str, float]]:
    """Label and NDCG of those that are violated, for `violations`."""
    for each in verdicts:
        if each.violated and each.ndcg is not None:
            yield each.label, each.ndcg


def _partners(baseline: Sequence[str], live: Sequence[str]) -> dict[str, str | None]:
    """The live label of each one of the baseline: by name, those that are left by their order."""
    left = iter([label for label in live if label not in baseline])
    return {label: label if label in live else next(left, None) for label in baseline}


def _verdict(label: str, before: Mapping[str, float], partner: str | None, live: GlobalValues) -> SageMakerVerdict:
    if partner is None:
        note = f"The label {label} of the baseline has no counterpart in this window: it was not compared."
        return SageMakerVerdict(label, notes=(note,))
    now = live[partner]
    notes = []
    if partner != label:
        notes.append(f"The label {label} of the baseline was compared with {partner}, which has its place.")
    features = list(dict.fromkeys((*before, *now)))
    for side, here, there in (("the baseline", before, now), ("this window", now, before)):
        only = [name for name in features if name in here and name not in there]
        if only:
            verb = "is" if len(only) == 1 else "are"
            notes.append(f"{_named(only)} {verb} only in {side}: the value in the other file counts as 0.")
    gains = np.array([before.get(name, 0.0) for name in features], dtype=np.float64)
    values = np.array([now.get(name, 0.0) for name in features], dtype=np.float64)
    if (gains < 0).any():
        notes.append("The baseline has negative global values: features are ranked by value, from the smallest up.")
    return SageMakerVerdict(label, partner, ndcg(gains, values), tuple(notes))


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
