"""analysis_config.json of SageMaker Clarify: the explanations, of processing jobs and of monitors.

A processing job's file says what the data set is and which methods to run; a monitor's (`ExplainabilityAnalysisConfig`)
has `methods.shap`, `predictor` and the headers without the label. Both are read as they are. Every problem is found,
not only the first.
"""

from driftline.domain.analysis_config.fields import fields_of
from driftline.domain.analysis_config.problem import Problem
from driftline.kinds.model_explainability.rules.config_fields import ExplanationConfig, read_explanations

FILE = "analysis_config.json"


def parse_config(body: bytes | str, where: str = FILE) -> ExplanationConfig:
    """Raises InvalidInputError: the first problem of the file; `problems_of` has all of them."""
    config, problems = read_config(body)
    if config is None or problems:
        raise problems[0].error(where)
    return config


def problems_of(body: bytes | str) -> list[Problem]:
    """All problems of the file, in the order in which its fields are read; none if it can be used."""
    return read_config(body)[1]


def read_config(body: bytes | str) -> tuple[ExplanationConfig | None, list[Problem]]:
    """The configuration, or None, and what is wrong with it."""
    fields, problems = fields_of(body)
    if fields is None:
        return None, problems
    config = read_explanations(fields)
    return (None if problems else config), problems
