"""analysis.json with explanations: SageMaker Clarify's results of SHAP and partial dependence.

    {"version": "1.0", "explanations": {
        "kernel_shap": {"label0": {"global_shap_values": {"age": 0.12, ...}, "expected_value": 0.25}},
        "pdp": [{"feature_name": "age", "data_type": "numerical", "feature_values": [...], ...}]}}

Written as Clarify writes it: Python's JSON with four spaces, infinities as the strings "Infinity" and "-Infinity", no
newline at the end. Sections that are not about explanations, such as bias metrics, are kept as they are.

Read leniently: unknown fields are left out, a feature without a value does not count, and a label may have any name;
the real files of the SageMaker SDK's JSON monitors name it by a score ("0.7956783771514893").
"""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json

FILE = "analysis.json"
SECTION, SHAP, PDP = "explanations", "kernel_shap", "pdp"

_INDENT = 4
_INFINITIES = {"Infinity": math.inf, "-Infinity": -math.inf}

_EXPECTED = f"an {FILE} of SageMaker Clarify or Driftline, with {SECTION}.{SHAP}"
_MEND = "Upload the file as the baselining job wrote it, or upload the data set to get a new one."


def _infinite_or_number(value: object) -> object:
    """Infinities are strings in the file; NaN, which Python's JSON would write, is no value."""
    if isinstance(value, str) and value in _INFINITIES:
        return _INFINITIES[value]
    return None if isinstance(value, float) and math.isnan(value) else value


type Number = Annotated[int | float | None, BeforeValidator(_infinite_or_number)]
type Cell = str | int | float | bool | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())


class LabelExplanation(_Part):
    """The explanation of one output of the model."""

    global_shap_values: Mapping[str, Number]
    expected_value: Number = None
    global_top_shap_text: Mapping[str, Mapping[str, Number]] | None = None

    @property
    def values(self) -> dict[str, float]:
        """Of the features that have one, in the order of the file."""
        return {name: float(value) for name, value in self.global_shap_values.items() if value is not None}


class PdpEntry(_Part):
    """The partial dependence on one feature, or why there is none."""

    feature_name: str
    data_type: str | None = None
    feature_values: tuple[Cell, ...] | None = None
    data_distribution: tuple[Number, ...] | None = None
    model_predictions: tuple[tuple[Number, ...], ...] | None = None
    label_headers: tuple[str, ...] | None = None
    error: str | None = None


class Explanations(_Part):
    kernel_shap: Mapping[str, LabelExplanation] = Field(default_factory=dict)
    pdp: tuple[PdpEntry, ...] = ()


class Analysis(_Part):
    """The file.

    Attributes:
        others: Its other sections, as they are.
    """

    version: str = "1.0"
    explanations: Explanations
    others: Mapping[str, Any] = Field(default_factory=dict)

    def to_json(self) -> str:
        """The other sections come before the explanations."""
        found: dict[str, Any] = {}
        if self.explanations.kernel_shap:
            found[SHAP] = {label: _label(each) for label, each in self.explanations.kernel_shap.items()}
        if self.explanations.pdp:
            found[PDP] = [each.model_dump(exclude_none=True) for each in self.explanations.pdp]
        return json.dumps(_written({"version": self.version, **self.others, SECTION: found}), indent=_INDENT)


def label_names(outputs: int, headers: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Clarify's names of the model's outputs: `label_headers`, otherwise `label0`, `label1` ...

    Raises:
        InvalidInputError: another number of names than of outputs.
    """
    if headers and len(headers) != outputs:
        raise InvalidInputError(
            f"a model with {outputs} outputs, but {len(headers)} in label_headers",
            where="predictor.label_headers",
            expected="one name for each output",
            mend="Correct the names, or leave them out.",
        )
    return headers or tuple(f"label{number}" for number in range(outputs))


def parse_analysis(body: bytes | str, where: str = FILE, *, needs_shap: bool = True) -> Analysis:
    """Reads a file that Clarify or Driftline wrote.

    Args:
        needs_shap: It is an error if there are no SHAP values, as for a baseline.

    Raises:
        InvalidInputError: not JSON, no explanations in it, or a field has a value that is not allowed.
    """
    try:
        document = load_json(body)
    except ValueError as error:
        raise _invalid(f"not JSON ({error})", where) from None
    if not isinstance(document, dict):
        raise _invalid("no JSON object", where)
    section = document.get(SECTION)
    if section is None:
        known = ", ".join(name for name in document if name != "version") or "nothing"
        raise _invalid(f"it has no {SECTION}, but {known}", where)
    others = {name: value for name, value in document.items() if name not in {"version", SECTION}}
    version = str(document.get("version", "1.0"))
    try:
        found = Analysis(version=version, explanations=Explanations.model_validate(section), others=others)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(map(str, (SECTION, *first["loc"])))
        raise _invalid(f"{path}: {first['msg']}", where) from None
    if needs_shap and not any(each.values for each in found.explanations.kernel_shap.values()):
        raise _invalid(f"it has no SHAP values in {SECTION}.{SHAP}", where)
    return found


def _label(each: LabelExplanation) -> dict[str, Any]:
    body: dict[str, Any] = {"global_shap_values": dict(each.global_shap_values), "expected_value": each.expected_value}
    text = each.global_top_shap_text
    return body if text is None else body | {"global_top_shap_text": {name: dict(text[name]) for name in text}}


def _written(value: Any) -> Any:  # a JSON value of any kind
    """With infinities as strings, and null for what is not a number."""
    if isinstance(value, Mapping):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _invalid(what: str, where: str) -> InvalidInputError:
    return InvalidInputError(what, where=where, expected=_EXPECTED, mend=_MEND)
