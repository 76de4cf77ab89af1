"""What a model predicts."""

from enum import StrEnum


class ProblemType(StrEnum):
    """SageMaker's `problem_type`."""

    REGRESSION = "Regression"
    BINARY = "BinaryClassification"
    MULTICLASS = "MulticlassClassification"

    @property
    def key(self) -> str:
        """As in `<key>_metrics` of statistics.json and `<key>_constraints` of constraints.json."""
        return {"Regression": "regression", "BinaryClassification": "binary_classification"}.get(
            self.value, "multiclass_classification"
        )
