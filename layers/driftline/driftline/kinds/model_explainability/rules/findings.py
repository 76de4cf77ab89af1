"""What attribution drift says of a window: plain values, everything that a page needs."""

from dataclasses import dataclass
from typing import Literal

from driftline.kinds.model_explainability.rules.shares import Ratio
from driftline.kinds.model_explainability.rules.two_sample import Separation

type Change = Literal["none", "new", "missing", "dies", "flips", "scales", "shifts"]
"""How a feature's attributions have changed: only the window has the feature (or only there it matters at all); only
the baseline has it; its attributions are all 0 now; they point the other way for the same input; their size has
changed; or only their distribution."""

type Result = Literal["violation", "unimportant", "unnamed", "small", "unchanged", "not_enough_rows", "no_attributions"]
"""Worst first. `unimportant`: what moved holds too little of all attribution. `unnamed`: both can be told
apart, but no single feature moved enough to be named. `small`: features moved, by less than the floor of the AUC.
`no_attributions`: every attribution of both is 0."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts as a change.

    Attributes:
        floor: The smallest AUC that matters.
        level: The share of quiet windows that may ring, all outputs and features together.
        naming_level: The p-value up to which a feature counts as moved. Stricter than `level`: where one feature has
            really changed, the adjustment leaves the others an easier test, and none must be named by chance.
        smallest_share: What the named features must hold together of all mean |SHAP|, in the baseline or in the window.
        smallest_distance: The Kolmogorov-Smirnov distance from which a feature counts as moved.
        smallest_rows: Fewer explained rows, of the window or of the baseline, are not evaluated.
        seed: Of the folds.
    """

    floor: float = 0.60
    level: float = 0.01
    naming_level: float = 0.001
    smallest_share: float = 0.05
    smallest_distance: float = 0.1
    smallest_rows: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """One feature for one output.

    Attributes:
        baseline, window: Mean |SHAP|.
        baseline_share, window_share: Of the sum over all features.
        ratio: Window over baseline.
        distance: The largest Kolmogorov-Smirnov distance of its views; None if rows are too few.
        view: The view with this distance: `attribution` (φ), `size` (|φ|) or `agreement` (x·φ).
        p_value: Adjusted for all features and outputs; None if rows are too few.
        moved: The distance is large enough, and chance does not explain it.
        change: `none` unless it has moved.
    """

    name: str
    baseline: float
    window: float
    baseline_share: float
    window_share: float
    ratio: Ratio
    distance: float | None = None
    view: str = ""
    p_value: float | None = None
    moved: bool = False
    change: Change = "none"


@dataclass(frozen=True, slots=True)
class OutputVerdict:
    """One output of the model.

    Attributes:
        output: Its place.
        separation: The classifier test on the features that matter; None if rows are too few.
        p_value: Of that test, adjusted for all outputs.
        features: In the order of the baseline, then new ones.
        named: Features that have moved, the largest share first.
        baseline_share, window_share: What they hold together.
        scale: The one factor by which all attributions have changed, if they have changed alike.
    """

    output: int
    result: Result
    features: tuple[FeatureChange, ...]
    separation: Separation | None = None
    p_value: float | None = None
    named: tuple[str, ...] = ()
    baseline_share: float = 0.0
    window_share: float = 0.0
    scale: Ratio | None = None

    def feature(self, name: str) -> FeatureChange:
        return next(each for each in self.features if each.name == name)


@dataclass(frozen=True, slots=True)
class AttributionVerdict:
    """Of a window. Attribution drift has no direction: no change of the reasons is better or worse in itself.

    Attributes:
        result: The worst of the outputs.
        rows, baseline_rows: Explained rows that were used.
        unusable, baseline_unusable: Rows with an attribution that is not finite, which were left out.
        needed: Rows that it takes on each side, if there are too few; otherwise None.
    """

    result: Result
    outputs: tuple[OutputVerdict, ...]
    settings: Settings
    rows: int
    baseline_rows: int
    unusable: int = 0
    baseline_unusable: int = 0
    needed: int | None = None
