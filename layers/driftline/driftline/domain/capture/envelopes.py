r"""Answers of endpoints with Clarify's online explainability: the model's answer and its explanations in one document.

    {"version": "1.0", "predictions": {"content_type": "text/csv", "data": "0.1\n"}, "label_headers": […],
     "explanations": {"kernel_shap": [[{"feature_header": "Age", "attributions": [{"attribution": [0.02]}]}, …]]}}

Whether SageMaker's data capture stores this envelope or the model's own answer is not documented, so both are read.
"""

from typing import TypeGuard

type Envelope = dict[str, object]
"""The parsed document; `is_envelope` holds."""


def is_envelope(document: object) -> TypeGuard[Envelope]:
    """Whether a parsed answer is such an envelope, however damaged its explanations are.

    `predictions` must be an object with `data`: answers of models that happen to have the same keys hold lists there.
    """
    if not isinstance(document, dict) or "version" not in document:
        return False
    predictions = document.get("predictions")
    if not isinstance(predictions, dict) or "data" not in predictions:
        return False
    return "explanations" in document or "content_type" in predictions


def predictions_of(envelope: Envelope) -> tuple[object, str]:
    """The model's own answer and its content type, without parameters; empty if there is none."""
    predictions = envelope["predictions"]
    if not isinstance(predictions, dict):
        return predictions, ""
    content_type = predictions.get("content_type")
    known = content_type if isinstance(content_type, str) else ""
    return predictions["data"], known.split(";")[0].strip().lower()
