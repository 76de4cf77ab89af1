"""Clarify's files of explanations, read leniently: other sections, and parts of other versions, are left out."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.rules.summary import Curve, FeatureSummary, OutputSummary

_SAID = re.compile(r"attribution drift (-?[0-9.]+(?:[eE][-+]?[0-9]+)?)")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Label(_Part):
    global_shap_values: Mapping[str, float | None]
    expected_value: float | None = None


class _Curve(_Part):
    """Without values where it could not be computed."""

    feature_name: str
    data_type: str = ""
    feature_values: tuple[float | str, ...] = ()
    data_distribution: tuple[float, ...] = ()
    model_predictions: tuple[tuple[float, ...], ...] = ()


class _Explanations(_Part):
    kernel_shap: Mapping[str, _Label]
    pdp: tuple[Any, ...] = ()


class _Analysis(_Part):
    explanations: _Explanations


class Violation(_Part):
    """One entry of constraint_violations.json."""

    label: str = ""
    metric_name: str = "shap"
    constraint_check_type: str = "feature_attribution_drift_check"
    description: str = ""

    @property
    def ndcg(self) -> float | None:
        """As its sentence says it: `Feature attribution drift 0.7639720923277322 exceeds threshold 0.9`."""
        found = _SAID.search(self.description)
        return float(found[1]) if found else None


class _Violations(_Part):
    violations: tuple[Violation, ...] = Field(default=())


class Explained(_Part):
    """Attributions of a window or of a baseline."""

    outputs: tuple[OutputSummary, ...]
    curves: tuple[Curve, ...] = ()

    def values(self, place: int, label: str) -> dict[str, float | None]:
        """Global attributions of an output: by its label, else by its place, because labels differ between files."""
        named = next((each for each in self.outputs if each.label == label), None)
        if named is None and place < len(self.outputs):
            named = self.outputs[place]
        return {each.name: each.value for each in named.features} if named else {}


def parse_explained(body: bytes | str, where: str = "analysis.json") -> Explained:
    """Features in the order of their contribution.

    Raises:
        InvalidInputError: it is not JSON, or has no explanations.
    """
    try:
        found = _Analysis.model_validate_json(body).explanations
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
        raise InvalidInputError(
            what,
            where=where,
            expected="an analysis.json of SageMaker Clarify or Driftline, with explanations.kernel_shap",
            mend="Upload the file as the explainability job wrote it.",
        ) from None
    return Explained(
        outputs=tuple(_output(label, each) for label, each in found.kernel_shap.items()),
        curves=tuple(curve for each in found.pdp if (curve := _curve(each)) is not None),
    )


def parse_violations(body: bytes | str, where: str = "constraint_violations.json") -> tuple[Violation, ...]:
    """Raises InvalidInputError: not a file of this form."""
    try:
        return _Violations.model_validate_json(body).violations
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not the violations of attribution drift: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(what, where=where) from None


def _output(label: str, found: _Label) -> OutputSummary:
    known = {name: each for name, each in found.global_shap_values.items() if each is not None and isfinite(each)}
    shares = shares_of(known)
    order = sorted(found.global_shap_values, key=lambda name: -abs(known.get(name, 0.0)))
    features = tuple(
        FeatureSummary(name=name, value=known.get(name), share=shares.get(name), rank=rank)
        for rank, name in enumerate(order, 1)
    )
    return OutputSummary(label=label, expected_value=found.expected_value, features=features)


def shares_of(values: Mapping[str, float]) -> dict[str, float]:
    """Of all attribution; empty where amounts have signs, or are all 0."""
    total = sum(values.values())
    if not total > 0.0 or min(values.values()) < 0.0:
        return {}
    return {name: value / total for name, value in values.items()}


def _curve(found: Any) -> Curve | None:
    try:
        curve = _Curve.model_validate(found)
    except ValidationError:
        return None
    size = len(curve.feature_values)
    if not size or not curve.model_predictions or any(len(each) != size for each in curve.model_predictions):
        return None
    numeric = all(isinstance(each, float) for each in curve.feature_values) and curve.data_type != "categorical"
    return Curve(
        feature=curve.feature_name,
        numeric=numeric,
        values=curve.feature_values if numeric else tuple(map(_category, curve.feature_values)),
        distribution=curve.data_distribution if len(curve.data_distribution) == size else (),
        predictions=curve.model_predictions,
    )


def _category(value: float | str) -> str:
    """`1`, not `1.0`: files have categories that are numbers."""
    return value if isinstance(value, str) else f"{value:g}"
