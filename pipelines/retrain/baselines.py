"""The baselines of the new model, which Driftline makes: one Lambda step for each monitor, on suggest_baseline.

The function reads a data set that `Evaluate` wrote, and writes the files of the baseline below OutputUri, not into the
folder of the endpoint: they come into use when adopt_model sees the new model. A Lambda step waits for ten minutes at
most, and returns plain values only: addresses, and how many violations the comparison with the baseline in use found.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.retrain.expressions import Json, for_this_run, from_lambda, of_step, output_of, parameter


@dataclass(frozen=True, slots=True)
class CandidateBaseline:
    """A baseline of the new model.

    Attributes:
        monitor: Its monitor in the document.
        step: Name of the step.
        data: The output of `Evaluate` that it is made from.
        files: Outputs of the step that are addresses of files.
        part: Its part of ModelMetrics and DriftCheckBaselines.
        metrics, drift_check: Fields of that part, with the file that each gets.
        compared: Whether it is compared with the baseline in use.
        needs_model: Whether the function gets the model's file.
    """

    monitor: str
    step: str
    data: str
    files: tuple[str, ...]
    part: str
    metrics: tuple[tuple[str, str], ...]
    drift_check: tuple[tuple[str, str], ...]
    compared: bool = False
    needs_model: bool = False

    def lambda_step(self, function: str) -> Json:
        """The step that has it made."""
        outputs: list[Json] = [{"OutputName": name, "OutputType": "String"} for name in self.files]
        model: dict[str, Json] = {}
        if self.needs_model:
            model = {"model_uri": of_step("Train", "ModelArtifacts.S3ModelArtifacts")}
        return {
            "Name": self.step,
            "Type": "Lambda",
            "FunctionArn": function,
            "Arguments": {
                "endpoint": parameter("Endpoint"),
                "monitor": self.monitor,
                "data_uri": output_of("Evaluate", self.data),
                "output_uri": for_this_run("baselines", self.monitor),
                "compare": self.compared,
                **model,
            },
            "OutputParameters": [
                *outputs,
                {"OutputName": "rows", "OutputType": "Integer"},
                {"OutputName": "violations", "OutputType": "Integer"},
                {"OutputName": "finding", "OutputType": "String"},
            ],
        }

    def model_metrics(self) -> Json:
        return {field: _source(from_lambda(self.step, file)) for field, file in self.metrics}

    def drift_check_baseline(self) -> Json:
        return {field: _source(from_lambda(self.step, file)) for field, file in self.drift_check}


_TABLES = (("Statistics", "statistics"), ("Constraints", "constraints"))

KNOWN = (
    CandidateBaseline(
        "data_quality", "DataQuality", "baseline", ("statistics", "constraints"), "ModelDataQuality", _TABLES, _TABLES
    ),
    CandidateBaseline(
        "model_quality", "ModelQuality", "predictions", ("statistics", "constraints"), "ModelQuality", _TABLES, _TABLES
    ),
    CandidateBaseline(
        "model_bias",
        "Bias",
        "labelled",
        ("analysis",),
        "Bias",
        (("PostTrainingReport", "analysis"),),
        (("PostTrainingConstraints", "analysis"),),
        compared=True,
    ),
    # Attributions change with the data, as they should, so nothing is compared.
    CandidateBaseline(
        "model_explainability",
        "Explainability",
        "labelled",
        ("analysis",),
        "Explainability",
        (("Report", "analysis"),),
        (("Constraints", "analysis"),),
        needs_model=True,
    ),
)

DEFAULT = ("data_quality", "model_quality", "model_bias", "model_explainability")
"""Monitors whose baselines are made unless others are named."""


def chosen(monitors: Collection[str]) -> Sequence[CandidateBaseline]:
    """The baselines of these monitors.

    Raises:
        ValueError: a monitor is unknown.
    """
    names = [each.monitor for each in KNOWN]
    if unknown := [name for name in monitors if name not in names]:
        raise ValueError(f"unknown monitor {', '.join(unknown)}; known are {', '.join(names)}")
    return [each for each in KNOWN if each.monitor in monitors]


def _source(uri: Json) -> Json:
    return {"ContentType": "application/json", "S3Uri": uri}
