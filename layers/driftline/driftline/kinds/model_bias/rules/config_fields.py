"""The fields of analysis_config.json for bias metrics: facets, positive labels, metrics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from driftline.domain.analysis_config.dataset import read_dataset
from driftline.domain.analysis_config.fields import Fields
from driftline.domain.analysis_config.predictor import read_predictor
from driftline.domain.analysis_config.problem import kind_of
from driftline.domain.predictions.questions import Question
from driftline.kinds.model_bias.rules.columns import Value
from driftline.kinds.model_bias.rules.metrics import POST_TRAINING, PRE_TRAINING

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


def read_bias(fields: Fields) -> BiasConfig:
    """The bias part of a file; problems go to the fields."""
    data = read_dataset(fields)
    predictor = read_predictor(fields)
    methods = fields.inside("methods")
    group = fields.get("group_variable")
    return BiasConfig(
        facets=tuple(_facets(fields, data.headers)),
        positives=_positives(fields),
        label=data.label,
        predicted_label=data.predicted_label,
        group_variable=None if group is None else fields.column(group, "group_variable", data.headers),
        headers=data.headers,
        excluded=data.excluded,
        dataset_type=data.type,
        features=data.features,
        probability_threshold=fields.probability("probability_threshold"),
        predictor_label=predictor.label,
        predictor_probability=predictor.probability,
        question=predictor.question(data.type),
        pre=_methods(fields, methods, "pre_training_bias"),
        post=_methods(fields, methods, "post_training_bias"),
        processing="methods" in fields,
    )


def _facets(fields: Fields, headers: Sequence[str]) -> Iterator[FacetConfig]:
    expected = 'a list of {"name_or_index": column, "value_or_threshold": [values]}'
    given = fields.get("facet")
    if isinstance(given, dict):  # the SDK's own form of a single facet in older versions
        given = [given]
    if not isinstance(given, list) or not given:
        what = "no facet" if not given else f"{kind_of(given)}"
        fields.problem("facet", what, expected, "Name the column whose groups are compared, for example sex.")
        return
    seen: set[str] = set()
    for number, each in enumerate(given):
        where = f"facet[{number}]"
        if not isinstance(each, dict) or "name_or_index" not in each:
            fields.problem(where, "no name_or_index", expected, "Add the column of the facet.")
            continue
        column = fields.column(each["name_or_index"], f"{where}.name_or_index", headers)
        values = fields.values(each.get("value_or_threshold"), f"{where}.value_or_threshold")
        if column is None:
            continue
        if column in seen:
            fix = "Put all values of a group into one list, or analyse them in two files."
            fields.problem(where, f"the facet {column!r} is there twice", "each column once", fix)
        seen.add(column)
        yield FacetConfig(column, values)


def _positives(fields: Fields) -> tuple[Value, ...]:
    name = "label_values_or_threshold"
    values = fields.values(fields.get(name), name)
    if not values and not any(each.where.startswith(name) for each in fields.problems):
        fix = "Name the labels that are good outcomes."
        fields.problem(name, "no positive label", "a list, for example [1]", fix)
    return values


def _methods(fields: Fields, methods: Fields, stage: str) -> tuple[str, ...]:
    """All metrics where a monitor's file says nothing; none where a processing job's leaves the stage out."""
    everything = _STAGES[stage]
    if "methods" not in fields:
        return everything
    if stage not in methods:
        if stage == "pre_training_bias":
            _check_methods(fields, methods)
        return ()
    where = f"{stage}.methods"
    asked = methods.get(stage)
    given = asked.get("methods", "all") if isinstance(asked, dict) else asked
    if given in ("all", ["all"]):
        return everything
    if not isinstance(given, list):
        methods.problem(where, kind_of(given), f'"all", or a list of {", ".join(everything)}', 'Write "all".')
        return ()
    for each in given:
        if each not in everything:
            close = get_close_matches(str(each), everything, n=1)
            fix = f"Did you mean {close[0]}?" if close else "Remove it."
            methods.problem(where, f"{each!r} is not a metric of this stage", ", ".join(everything), fix)
    return tuple(each for each in everything if each in given)


def _check_methods(fields: Fields, methods: Fields) -> None:
    if "post_training_bias" not in methods:
        expected = "pre_training_bias, post_training_bias or both"
        known = ", ".join(sorted(_OTHER_METHODS & set(methods.document))) or "nothing"
        fix = 'Add "post_training_bias": {"methods": "all"}.'
        fields.problem("methods", f"no bias metrics are asked for, but {known}", expected, fix)
