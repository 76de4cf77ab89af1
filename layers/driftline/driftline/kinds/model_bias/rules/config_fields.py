"""The fields of analysis_config.json: each is read, and what is wrong with it is collected."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from driftline.domain.predictions.questions import CONTENT_TYPES, ContentType, Question
from driftline.kinds.model_bias.rules.columns import Value
from driftline.kinds.model_bias.rules.config_problem import Problem, kind_of
from driftline.kinds.model_bias.rules.metrics import POST_TRAINING, PRE_TRAINING

KNOWN = frozenset(
    {
        *("version", "dataset_type", "dataset_uri", "headers", "label", "predicted_label", "features"),
        *("label_values_or_threshold", "probability_threshold", "segment_config", "facet", "facet_dataset_uri"),
        *("facet_headers", "predicted_label_dataset_uri", "predicted_label_headers", "excluded_columns"),
        *("joinsource_name_or_index", "group_variable", "time_series_data_config", "methods", "predictor"),
    }
)
"""Fields of the schema of the SageMaker SDK (ANALYSIS_CONFIG_SCHEMA_V1_0)."""

DATASET_TYPES = (
    *("text/csv", "application/jsonlines", "application/json", "application/sagemakercapturejson"),
    *("application/x-parquet", "application/x-image"),
)

_STAGES = {"pre_training_bias": PRE_TRAINING, "post_training_bias": POST_TRAINING}
_OTHER_METHODS = frozenset({"shap", "pdp", "report", "asymmetric_shapley_value"})


@dataclass(frozen=True, slots=True)
class FacetConfig:
    """A facet; without values, each value of the column is a group."""

    column: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class BiasConfig:
    """What is read; columns are names, or a place as text where the file has no headers.

    Attributes:
        label: Column or JMESPath; the last header is its name where it is a path.
        question: How an endpoint is asked for predictions; None if the file names none.
        predictor_label, predictor_probability: Where a monitor's predictions are in the model's answer.
        pre, post: Metrics to compute.
        processing: It is a processing job's file.
    """

    facets: tuple[FacetConfig, ...]
    positives: tuple[Value, ...]
    label: str | None = None
    predicted_label: str | None = None
    group_variable: str | None = None
    headers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    dataset_type: str | None = None
    features: str | None = None
    probability_threshold: float | None = None
    predictor_label: str | None = None
    predictor_probability: str | None = None
    question: Question | None = None
    pre: tuple[str, ...] = PRE_TRAINING
    post: tuple[str, ...] = POST_TRAINING
    processing: bool = False


class ConfigReader:
    """Reads field by field and collects the problems."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def config(self) -> BiasConfig:
        self._unknown()
        headers = tuple(self._list("headers", str, "a list of column names"))
        doubled = sorted({name for name in headers if headers.count(name) > 1})
        if doubled:
            self._problem("headers", f"{doubled[0]!r} occurs twice", "each name once", "Rename one of the columns.")
        predictor = self._object("predictor")
        methods = self._object("methods")
        return BiasConfig(
            facets=tuple(self._facets(headers)),
            positives=self._positives(),
            label=self._label(headers),
            predicted_label=self._column("predicted_label", headers),
            group_variable=self._column("group_variable", headers),
            headers=headers,
            excluded=tuple(self._excluded(headers)),
            dataset_type=self._dataset_type(),
            features=self._text(self.document, "features", ""),
            probability_threshold=self._threshold(),
            predictor_label=self._text(predictor, "label", "predictor."),
            predictor_probability=self._text(predictor, "probability", "predictor."),
            question=self._question(predictor),
            pre=self._methods(methods, "pre_training_bias"),
            post=self._methods(methods, "post_training_bias"),
            processing="methods" in self.document,
        )

    def _unknown(self) -> None:
        for name in self.document:
            if name not in KNOWN:
                close = get_close_matches(name, sorted(KNOWN), n=1)
                fix = f"Rename it to {close[0]}." if close else "Remove it."
                self._problem(name, "an unknown field", "a field of Clarify's analysis configuration", fix)

    def _facets(self, headers: Sequence[str]) -> Iterator[FacetConfig]:
        expected = 'a list of {"name_or_index": column, "value_or_threshold": [values]}'
        given = self.document.get("facet")
        if isinstance(given, dict):  # the SDK's own form of a single facet in older versions
            given = [given]
        if not isinstance(given, list) or not given:
            what = "no facet" if not given else f"{kind_of(given)}"
            self._problem("facet", what, expected, "Name the column whose groups are compared, for example sex.")
            return
        seen: set[str] = set()
        for number, each in enumerate(given):
            where = f"facet[{number}]"
            if not isinstance(each, dict) or "name_or_index" not in each:
                self._problem(where, "no name_or_index", expected, "Add the column of the facet.")
                continue
            column = self._named(each["name_or_index"], f"{where}.name_or_index", headers)
            values = self._values(each.get("value_or_threshold"), f"{where}.value_or_threshold")
            if column is None:
                continue
            if column in seen:
                fix = "Put all values of a group into one list, or analyse them in two files."
                self._problem(where, f"the facet {column!r} is there twice", "each column once", fix)
            seen.add(column)
            yield FacetConfig(column, values)

    def _positives(self) -> tuple[Value, ...]:
        name = "label_values_or_threshold"
        values = self._values(self.document.get(name), name)
        if not values and not any(each.where.startswith(name) for each in self.problems):
            self._problem(
                name, "no positive label", "a list, for example [1]", "Name the labels that are good outcomes."
            )
        return values

    def _label(self, headers: Sequence[str]) -> str | None:
        """For JSON it is a path, and the last header names the column."""
        return self._column("label", headers, path=self._is_json())

    def _column(self, name: str, headers: Sequence[str], *, path: bool = False) -> str | None:
        if self.document.get(name) is None:
            return None
        if path and isinstance(self.document[name], str):
            return str(self.document[name])
        known = () if name == "predicted_label" and self._is_json() else headers
        return self._named(self.document[name], name, known)

    def _excluded(self, headers: Sequence[str]) -> Iterator[str]:
        for number, each in enumerate(self._list("excluded_columns", (str, int), "a list of columns")):
            column = self._named(each, f"excluded_columns[{number}]", headers)
            if column is not None:
                yield column

    def _named(self, column: object, where: str, headers: Sequence[str]) -> str | None:
        """The name of a column that is given by name or place."""
        if isinstance(column, bool) or not isinstance(column, str | int):
            self._problem(where, kind_of(column), "a column name, or its place from 0 on", "Give the name as text.")
            return None
        if isinstance(column, int):
            if headers and not 0 <= column < len(headers):
                what = f"there is no column {column}"
                self._problem(where, what, f"0 to {len(headers) - 1}", "Columns are counted from 0 on.")
                return None
            return headers[column] if headers else str(column)
        if headers and column not in headers:
            close = get_close_matches(column, headers, n=1)
            fix = f"Did you mean {close[0]!r}?" if close else "Correct the name, or add it to headers."
            self._problem(where, f"{column!r} is not in headers", "a name from headers", fix)
            return None
        return column

    def _values(self, given: object, where: str) -> tuple[Value, ...]:
        if given is None:
            return ()
        if not isinstance(given, list):
            self._problem(where, kind_of(given), "a list, for example [1]", f"Write [{json.dumps(given)}].")
            return ()
        for number, each in enumerate(given):
            if not isinstance(each, str | int | float):
                place = f"{where}[{number}]"
                self._problem(place, kind_of(each), "text, a number, true or false", "Write the value as in the data.")
                return ()
        return tuple(given)

    def _threshold(self) -> float | None:
        given = self.document.get("probability_threshold")
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
            what = f"{given!r} is no probability" if isinstance(given, int | float) else kind_of(given)
            self._problem("probability_threshold", what, "a number from 0 to 1", "Leave it out for 0.5.")
            return None
        return float(given)

    def _dataset_type(self) -> str | None:
        given = self._text(self.document, "dataset_type", "")
        if given is not None and given not in DATASET_TYPES:
            close = get_close_matches(given, DATASET_TYPES, n=1)
            fix = f"Did you mean {close[0]}?" if close else "Write one of these."
            self._problem("dataset_type", f"{given!r}", ", ".join(DATASET_TYPES), fix)
        return given

    def _question(self, predictor: Mapping[str, Any]) -> Question | None:
        endpoint = self._text(predictor, "endpoint_name", "predictor.")
        content = self._text(predictor, "content_template", "predictor.")
        record = self._text(predictor, "record_template", "predictor.")
        types: list[ContentType | None] = []
        for name in ("content_type", "accept_type"):
            given = self._text(predictor, name, "predictor.")
            known = next((each for each in CONTENT_TYPES if each == given), None)
            if given is not None and known is None:
                self._problem(f"predictor.{name}", f"{given!r}", ", ".join(CONTENT_TYPES), "Write one of these.")
            types.append(known)
        if endpoint is None:
            return None
        return Question(endpoint, types[0] or "text/csv", types[1], content, record)

    def _methods(self, methods: Mapping[str, Any], stage: str) -> tuple[str, ...]:
        """All metrics where a monitor's file says nothing; none where a processing job's leaves the stage out."""
        everything = _STAGES[stage]
        if "methods" not in self.document:
            return everything
        if stage not in methods:
            if stage == "pre_training_bias":
                self._check_methods(methods)
            return ()
        where = f"methods.{stage}.methods"
        given = methods[stage].get("methods", "all") if isinstance(methods[stage], dict) else methods[stage]
        if given in ("all", ["all"]):
            return everything
        if not isinstance(given, list):
            self._problem(where, kind_of(given), f'"all", or a list of {", ".join(everything)}', 'Write "all".')
            return ()
        for each in given:
            if each not in everything:
                close = get_close_matches(str(each), everything, n=1)
                fix = f"Did you mean {close[0]}?" if close else "Remove it."
                self._problem(where, f"{each!r} is not a metric of this stage", ", ".join(everything), fix)
        return tuple(each for each in everything if each in given)

    def _check_methods(self, methods: Mapping[str, Any]) -> None:
        if "post_training_bias" not in methods:
            expected = "pre_training_bias, post_training_bias or both"
            known = ", ".join(sorted(_OTHER_METHODS & set(methods))) or "nothing"
            fix = 'Add "post_training_bias": {"methods": "all"}.'
            self._problem("methods", f"no bias metrics are asked for, but {known}", expected, fix)

    def _is_json(self) -> bool:
        return self.document.get("dataset_type") in {"application/json", "application/jsonlines"} or any(
            mark in str(self.document.get("label", "")) for mark in ("[", "(", "*")
        )

    def _object(self, name: str) -> Mapping[str, Any]:
        given = self.document.get(name)
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._problem(name, kind_of(given), "an object", "Write { } with its fields.")
            return {}
        return given

    def _text(self, document: Mapping[str, Any], name: str, prefix: str) -> str | None:
        given = document.get(name)
        if given is None or isinstance(given, str):
            return given
        if isinstance(given, int) and not isinstance(given, bool):
            return str(given)
        self._problem(f"{prefix}{name}", kind_of(given), "text", "Put it into quotes.")
        return None

    def _list(self, name: str, kind: type | tuple[type, ...], expected: str) -> list[Any]:
        given = self.document.get(name)
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(each, kind) for each in given):
            self._problem(name, kind_of(given), expected, 'Write ["first", "second"].')
            return []
        return given

    def _problem(self, where: str, what: str, expected: str, mend: str) -> None:
        self.problems.append(Problem(what, where, expected, mend))
