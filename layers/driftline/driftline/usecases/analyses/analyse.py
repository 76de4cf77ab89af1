"""One analysis by one configuration file: every kind's part of it, in one analysis.json and on one page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftline.domain.analysis_config.dataset import read_dataset
from driftline.domain.analysis_config.fields import fields_of
from driftline.domain.analysis_config.predictor import read_predictor
from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.analyst import Analyst, DataAnalysis, Wishes
from driftline.kinds.data import DataSet
from driftline.kinds.kind import Kinds
from driftline.presentation.joined import joined
from driftline.presentation.report import Report

_INDENT = 4


@dataclass(frozen=True, slots=True)
class WholeAnalysis:
    """All parts together.

    Attributes:
        parts: By the analyst's name.
        files: The bytes of each file, by name.
    """

    parts: Mapping[str, DataAnalysis]
    files: Mapping[str, bytes]
    report: Report

    @property
    def rows(self) -> int:
        return max(part.rows for part in self.parts.values())

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for part in self.parts.values() for note in part.notes))


def wanted_analysts(config: bytes, kinds: Kinds) -> list[Analyst]:
    """Those that a configuration file asks for; the first one if it asks for none, to say what is missing."""
    analysts = list(kinds.analysts())
    return [each for each in analysts if each.wanted(config)] or analysts[:1]


def analyse(
    config: bytes,
    data: DataSet,
    *,
    where: str,
    kinds: Kinds,
    document: MonitorDocument | None = None,
    wishes: Wishes | None = None,
) -> WholeAnalysis:
    """Makes all parts that the configuration asks for.

    All parts check the configuration before the first one reads the data, which may take long.

    Args:
        where: The configuration, for errors.

    Raises:
        PendingError: explanations were requested.
        InvalidInputError: the configuration cannot be used, a file cannot be read, or the data set or the model does
            not fit.
    """
    analysts = wanted_analysts(config, kinds)
    problems = [problem for each in analysts for problem in each.check(config, where).problems]
    if problems:
        raise problems[0]
    # The last ones first: explanations may have to be waited for, and then nothing is done twice.
    found = {each.name: each.analyse(config, document, data, where, wishes or Wishes()) for each in reversed(analysts)}
    parts = {each.name: found[each.name] for each in analysts}
    files: dict[str, bytes] = {}
    for part in parts.values():
        for name, body in part.files.items():
            files[name] = merged(files[name], body) if name in files else body
    return WholeAnalysis(parts, files, joined([part.report for part in parts.values()]))


def merged(first: bytes, second: bytes) -> bytes:
    """Two files with sections of their own in one, written as Clarify writes them."""
    return json.dumps({**load_json(first), **load_json(second)}, indent=_INDENT).encode()


def default_config(label: str | None = None, excluded: tuple[str, ...] = ()) -> bytes:
    """For an analysis without a file: SHAP and partial dependence of all columns but these."""
    fields: dict[str, Any] = {"methods": {"shap": {}, "pdp": {}}}
    if label is not None:
        fields["label"] = label
    if excluded:
        fields["excluded_columns"] = list(excluded)
    return json.dumps(fields).encode()


def with_endpoint(config: bytes, endpoint: str, where: str) -> bytes:
    """The configuration with this endpoint for a model."""
    fields = _object(config, where)
    given = fields.get("predictor")
    predictor = (
        {name: value for name, value in given.items() if name != "model_name"} if isinstance(given, dict) else {}
    )
    return json.dumps({**fields, "predictor": {**predictor, "endpoint_name": endpoint}}).encode()


def with_answers_of(config: bytes, model: str, where: str) -> bytes:
    """The configuration with a model that answers as `ModelAnswers` does, for what needs predictions."""
    fields = _object(config, where)
    given = fields.get("predictor")
    labels = {"label_headers": given["label_headers"]} if isinstance(given, dict) and "label_headers" in given else {}
    return json.dumps({**fields, "predictor": {**labels, "endpoint_name": model, **ANSWERING}}).encode()


def label_headers(config: bytes) -> tuple[str, ...]:
    """What the configuration calls the model's outputs; none if it does not say."""
    fields, _ = fields_of(config)
    return read_predictor(fields).label_headers if fields is not None else ()


def model_of(config: bytes) -> str | None:
    """The model's file that the configuration names, in a field of Driftline's own; None: none."""
    fields, _ = fields_of(config)
    given = fields.get("driftline_model") if fields is not None else None
    return given if isinstance(given, str) and given else None


def has_headers(config: bytes) -> bool:
    """Whether the configuration says what the data set's columns are, and so what the model gets."""
    fields, _ = fields_of(config)
    return fields is not None and bool(read_dataset(fields).headers)


PREDICTION = "prediction_of_the_model"

ANSWERING: Mapping[str, str] = {
    "content_type": "application/jsonlines",
    "accept_type": "application/jsonlines",
    "content_template": '{"features":$features,"names":$feature_names}',
    "label": PREDICTION,
}
"""How `ModelAnswers` is asked, and where the prediction is in its answer."""


def _object(config: bytes, where: str) -> dict[str, Any]:
    try:
        fields = load_json(config)
    except ValueError as error:
        raise InvalidInputError(f"not JSON ({error})", where=where, expected="a JSON object") from None
    if not isinstance(fields, dict):
        raise InvalidInputError("no JSON object", where=where, expected="an analysis_config.json of Clarify")
    return fields
